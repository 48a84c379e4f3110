// Ends that no client may fight: a second tab with one identity, removal, deletion of the room, refused tokens. Rejoin
// must end for good, with the reason livekit-client gives in the same situation (which is run beside it, not remembered).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startProxy } from '../server/proxy.mjs';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };
const RETRIES = ['signalReconnecting', 'reconnecting', 'reconnected'];
// The longest first delay of a reconnect after a loss of unknown cause in a small room is under 5 s.
const NO_RETRY_MS = 6000;

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());

/** Pages and proxies of one test. */
function setting(t) {
  const scene = stage.scene();
  const proxies = [];
  t.after(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await scene.clear();
  });
  return {
    client: (sdk) => scene.client(sdk),
    proxy: async () => {
      proxies.push(await startProxy({ target: stage.server.url }));
      return proxies.at(-1);
    },
  };
}

/** One library alone in a room behind a proxy; what `end` does to it and how it ends. */
async function ended(scene, sdk, end) {
  const [alice, proxy, room] = [await scene.client(sdk), await scene.proxy(), stage.roomName('terminal')];
  await alice.join({ room, identity: 'alice', via: proxy.url });
  const dialled = proxy.arrivals.length;
  await end({ room, identity: 'alice', scene });
  const { args, state } = await alice.next('disconnected');
  const [name] = Object.entries(await alice.run(({ SDK }) => ({ ...SDK.DisconnectReason }))).find(([, value]) => value === Number(args[0])) ?? [args[0]];
  return { alice, proxy, dialled, told: { reason: name, state, state2: (await alice.snapshot()).state } };
}

/** Nothing dials again, nothing is told again, nothing is left in the page. */
async function staysEnded({ alice, proxy, dialled }) {
  await new Promise((resolve) => setTimeout(resolve, NO_RETRY_MS)); // A retry that does not come has no event.
  assert.equal(proxy.arrivals.length, dialled, 'it dialled again');
  assert.deepEqual(await alice.names(RETRIES), []);
  assert.deepEqual(await alice.names(['disconnected']), ['disconnected']);
  assert.deepEqual(await alice.census(), { timers: 0, sockets: 0, peers: 0 });
}

describe('the room ends for good', { concurrency: true }, () => {
  const ENDS = {
    'when another tab joins with the same identity': {
      reason: 'DUPLICATE_IDENTITY',
      end: async ({ room, identity, scene }) => (await scene.client(PEER)).join({ room, identity }),
    },
    'when the server removes the participant': { reason: 'PARTICIPANT_REMOVED', end: ({ room, identity }) => stage.server.rooms.removeParticipant(room, identity) },
    'when the room is deleted': { reason: 'ROOM_DELETED', end: ({ room }) => stage.server.rooms.deleteRoom(room) },
  };
  for (const [title, { reason, end }] of Object.entries(ENDS)) {
    // Fault 15: two pages on a real server.
    test(`${title}: ${reason}, as livekit-client says, and no retry`, TIMEOUT, async (t) => {
      const scene = setting(t);
      const theirs = await ended(scene, PEER, end);
      const ours = await ended(scene, SUBJECT, end);
      assert.deepEqual(ours.told, theirs.told);
      assert.deepEqual(ours.told, { reason, state: 'disconnected', state2: 'disconnected' });
      await staysEnded(ours);
    });
  }
});

describe('a token that is refused', { concurrency: true }, () => {
  const TOKENS = {
    'signed with another secret': ({ room }) => stage.server.token({ room, identity: 'alice', apiSecret: 'x'.repeat(32) }),
    'that has expired': ({ room }) => stage.server.token({ room, identity: 'alice', ttl: -3600 }),
    'that is no token': () => 'not-a-token',
    'that is empty': () => '',
    'without the right to join': ({ room }) => stage.server.token({ room, identity: 'alice', grants: { roomJoin: false } }),
  };

  async function refused(scene, sdk, make) {
    const [alice, proxy, room] = [await scene.client(sdk), await scene.proxy(), stage.roomName('refused')];
    const error = await alice.run(
      async (client, { url, token }) => {
        client.create();
        const { ConnectionError } = client.SDK;
        const error = await client.room.connect(url, token).then(() => null, (reason) => reason);
        if (!error) return null;
        const { name, reason, status, message } = error;
        return { isConnectionError: error instanceof ConnectionError, isError: error instanceof Error, name, reason, status, message };
      },
      { url: proxy.url, token: make({ room }) },
    );
    const dialled = proxy.arrivals.length;
    return { alice, proxy, dialled, error };
  }

  for (const [title, make] of Object.entries(TOKENS)) {
    // Fault 9: beside livekit-client, on a real server.
    test(`${title}: rejects as livekit-client does, at once and for good`, TIMEOUT, async (t) => {
      const scene = setting(t);
      const ours = await refused(scene, SUBJECT, make);
      const { NotAllowed } = await ours.alice.run(({ SDK }) => ({ ...SDK.ConnectionErrorReason }));
      const { isConnectionError, isError, name, reason, status } = ours.error;
      assert.deepEqual({ isConnectionError, isError, name, reason }, { isConnectionError: true, isError: true, name: 'ConnectionError', reason: NotAllowed });
      // An empty token is not worth a dial: then there is no status.
      assert.equal(status, ours.dialled ? 401 : undefined);
      assert.ok(ours.dialled || title === 'that is empty', 'the server was asked');
      // livekit-client says the same, or that the server cannot be reached when it loses patience on a busy machine.
      const theirs = await refused(scene, PEER, make);
      t.diagnostic(`livekit-client: reason ${theirs.error.reason}, status ${theirs.error.status}`);
      if (theirs.error.status !== undefined) assert.deepEqual([reason, 401], [theirs.error.reason, theirs.error.status]);
      assert.ok(!/eyJ[\w-]+\./.test(ours.error.message), 'a token in the error');
      await new Promise((resolve) => setTimeout(resolve, NO_RETRY_MS)); // A retry that does not come has no event.
      assert.equal(ours.proxy.arrivals.length, ours.dialled, 'it dialled again');
      assert.deepEqual(await ours.alice.names(RETRIES), []);
      assert.equal((await ours.alice.snapshot()).state, 'disconnected');
      assert.deepEqual(await ours.alice.census(), { timers: 0, sockets: 0, peers: 0 });
    });
  }
});
