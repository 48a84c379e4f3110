// A TCP proxy in front of the real server hurts the signalling connection as networks do. Media goes past it, so what is
// tested is what a lost, refused or silent signalling socket does to a room, and that it heals.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startProxy } from '../server/proxy.mjs';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 180_000 };
// The real server names 5 s and 15 s for pings; a verdict may take the timeout, a probe and a machine under load.
const NOTICED_MS = 60_000;
const LOST = ['signalReconnecting', 'reconnecting'];

let stage;
const proxies = new Set();
before(async () => {
  stage = await openStage();
});
after(async () => {
  await Promise.all([...proxies].map((proxy) => proxy.stop()));
  await stage?.close();
});

/** alice (the subject) behind a proxy of her own, bob (livekit-client) beside it, in one room. */
async function meeting(scene = stage, prepare = () => {}, connect = undefined) {
  const [alice, bob] = await Promise.all([scene.client(SUBJECT), scene.client(PEER)]);
  const proxy = await startProxy({ target: stage.server.url });
  proxies.add(proxy);
  const room = stage.roomName('proxy');
  await alice.run(prepare);
  await alice.join({ room, identity: 'alice', via: proxy.url, connect });
  await bob.join({ room, identity: 'bob' });
  await alice.until((client) => client.participant('bob'), 'bob to appear');
  return { alice, bob, proxy, room };
}

const lost = (alice, mark, ms) =>
  alice.until((client, { mark, LOST }) => client.names(LOST, mark).length > 0, 'the loss to be noticed', { arg: { mark, LOST }, ms });

describe('a dial that was given up', () => {
  afterEach(() => stage.clear());

  test('and reaches the server after the next one has joined, as a network sends again what it held back, costs a reconnect and not the room', TIMEOUT, async () => {
    const { alice, bob, proxy } = await meeting(stage, undefined, { websocketTimeout: 2000 });
    await alice.publishBoth();
    await bob.mediaFlows('alice');
    const mark = await alice.mark();
    proxy.silence({ direction: 'up', keep: true });
    const held = proxy.nextConnection();
    await alice.run((client) => void client.room.simulateScenario('full-reconnect'));
    await held;
    proxy.letIn();
    await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
    const late = await alice.mark();
    // The request of the held dial, and its end only when the server has served it.
    proxy.resume({ apartMs: 1000 });
    await alice.next('reconnected', { since: late, ms: NOTICED_MS });
    await bob.mediaFlows('alice');
    assert.deepEqual(await alice.names(['disconnected'], mark), []);
    const [{ outcome }] = (await alice.run(({ room }) => room.connectionHistory)).filter(({ what }) => what === 'lost').slice(-1);
    assert.match(outcome, /came late/);
  });
});

describe('a cut signalling socket', () => {
  afterEach(() => stage.clear());

  // Fault 1: on a real server.
  test('100 reliable messages sent while it is cut arrive once each and in order', TIMEOUT, async () => {
    const { alice, bob, proxy } = await meeting();
    const mark = await alice.mark();
    proxy.refuse();
    assert.equal(proxy.cut(), 1);
    await lost(alice, mark, NOTICED_MS);
    await alice.run((client) => {
      client.burst = client.numbered('cut').burst(100);
    });
    proxy.accept();
    await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
    const account = await alice.run((client) => client.burst);
    assert.deepEqual([account.accepted.length, account.refused, account.open], [100, [], []]);
    await bob.until((client) => client.arrived('cut').length >= 100, '100 messages');
    assert.equal((await bob.run((client) => client.arrived('cut'))).join(' '), account.accepted.join(' '));
  });

  test('metadata and mute asked for while the server is refused for 3 s arrive after it', TIMEOUT, async () => {
    const { alice, bob, proxy } = await meeting();
    await alice.publishBoth();
    await bob.mediaFlows('alice');
    const mark = await alice.mark();
    proxy.refuse();
    proxy.cut();
    await lost(alice, mark, NOTICED_MS);
    await alice.run((client) => {
      const { localParticipant } = client.room;
      client.asked = Promise.all([localParticipant.setMetadata('asked in the dark'), localParticipant.setMicrophoneEnabled(false)]);
      client.asked.catch(() => {});
    });
    await new Promise((resolve) => setTimeout(resolve, 3000)); // The outage itself.
    proxy.accept();
    await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
    await alice.run((client) => client.asked.then(() => true));
    // Told as trackMuted after a resume, and as a muted track after a full reconnect: what counts is what bob sees.
    await bob.until((client) => client.publication('alice', 'microphone')?.isMuted, 'the mute');
    await bob.until((client) => client.publication('alice', 'camera')?.isMuted === false, 'the camera');
    await bob.until((client) => client.participant('alice').metadata, 'the metadata');
    const { metadata, tracks } = (await bob.snapshot()).remote.find(({ identity }) => identity === 'alice');
    assert.equal(metadata, 'asked in the dark');
    assert.equal(tracks.find(({ source }) => source === 'microphone').muted, true);
    assert.equal(tracks.find(({ source }) => source === 'camera').muted, false);
  });

  for (const singlePeerConnection of [true, false]) {
    test(`a microphone whose answer went down with it is heard after the resume, singlePeerConnection ${singlePeerConnection}`, TIMEOUT, async () => {
      const { alice, bob, proxy } = await meeting(stage, `(client) => client.create({ singlePeerConnection: ${singlePeerConnection} })`);
      const mark = await alice.mark();
      proxy.silence({ direction: 'down' });
      await alice.run((client) => {
        client.published = client.room.localParticipant.setMicrophoneEnabled(true);
        client.published.catch(() => {});
      });
      await bob.until((client) => client.publication('alice', 'microphone'), 'the server to have taken the offer');
      proxy.resume();
      proxy.cut();
      await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
      await alice.run((client) => client.published.then(() => true));
      await bob.until(async (client) => (await client.inbound('alice', 'microphone'))?.packets > 20, 'the microphone', { ms: 30_000 });
    });
  }

  test('media goes on while it is cut, and what the server tells meanwhile is known after it', TIMEOUT, async () => {
    // A policy of the app's own, so that there is time to look before the first attempt; `reconnectNow` ends the wait.
    const { alice, bob, proxy, room } = await meeting(stage, (client) => client.create({ reconnectPolicy: { nextRetryDelayInMs: () => 60_000 } }));
    await bob.publishBoth();
    await alice.mediaFlows('bob');
    const mark = await alice.mark();
    proxy.cut();
    await lost(alice, mark, NOTICED_MS);
    await bob.run(({ room }) => room.localParticipant.setMetadata('changed meanwhile'));
    const carol = await stage.client(PEER);
    await carol.join({ room, identity: 'carol' });
    await alice.mediaFlows('bob');
    assert.deepEqual(await alice.names(['reconnected'], mark), [], 'it is still cut');
    await alice.run(({ room }) => room.reconnectNow());
    await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
    await alice.until((client) => client.participant('carol') && client.participant('bob').metadata === 'changed meanwhile', 'what changed meanwhile');
    assert.deepEqual(await alice.names(['participantConnected', 'participantDisconnected'], mark), ['participantConnected']);
  });
});

describe('a server that refuses for 3 s and then opens', () => {
  afterEach(() => stage.clear());
  const OUTAGE_MS = 3000;
  const outage = () => new Promise((resolve) => setTimeout(resolve, OUTAGE_MS)); // The outage itself.

  /** A client alone in a room behind a proxy. `cut()` loses it to a proxy that refuses; `asked()`: connections it then made. */
  async function refused(sdk) {
    const client = await stage.client(sdk, { fresh: true });
    const proxy = await startProxy({ target: stage.server.url });
    proxies.add(proxy);
    await client.join({ room: stage.roomName('refused'), identity: 'alone', via: proxy.url });
    const mark = await client.mark();
    const before = proxy.arrivals.length;
    return {
      client,
      proxy,
      cut: () => {
        proxy.refuse();
        proxy.cut();
      },
      back: () => client.next('reconnected', { since: mark, ms: NOTICED_MS }),
      asked: () => proxy.arrivals.length - before,
    };
  }

  test('is asked less often than npm livekit-client asks it in the same outage', TIMEOUT, async (t) => {
    const ours = await Promise.all([SUBJECT, SUBJECT, SUBJECT].map(refused));
    const theirs = await Promise.all([PEER, PEER, PEER].map(refused));
    const all = [...ours, ...theirs];
    all.forEach((each) => each.cut());
    await outage();
    all.forEach(({ proxy }) => proxy.accept());
    await Promise.all(all.map((each) => each.back()));
    const asked = (of) => of.reduce((sum, each) => sum + each.asked(), 0);
    t.diagnostic(`connections of three clients each: ${asked(ours)} and ${asked(theirs)}`);
    assert.ok(asked(ours) < asked(theirs), `${asked(ours)} and ${asked(theirs)}`);
  });

  for (const [what, hurt, heal] of [
    ['reconnectNow()', () => {}, (client) => client.run(({ room }) => room.reconnectNow())],
    ['`online`', (client) => client.page.context().setOffline(true), (client) => client.page.context().setOffline(false)],
  ]) {
    test(`after ${what} one connection brings the room back`, TIMEOUT, async () => {
      const { client, proxy, cut, back } = await refused(SUBJECT);
      await hurt(client);
      cut();
      await outage();
      // Nothing is on its way: an attempt that was refused asks why, and that would be let in as well.
      await client.until(({ room }) => room.connectionHistory.at(-1).what === 'waiting', 'the wait for the next attempt');
      proxy.accept();
      const open = proxy.arrivals.length;
      await heal(client);
      await back();
      assert.deepEqual(proxy.arrivals.slice(open).map(({ admitted }) => admitted), [true]);
    });
  }
});

describe('a link that falls silent', { concurrency: true }, () => {
  for (const direction of ['both', 'up', 'down']) {
    // Faults 2, 3: on a real server.
    test(`${direction === 'both' ? 'both ways' : direction} is noticed and healed`, TIMEOUT, async (t) => {
      const scene = stage.scene();
      t.after(() => scene.clear());
      const { alice, bob, proxy } = await meeting(scene);
      const mark = await alice.mark();
      proxy.silence({ direction });
      await lost(alice, mark, NOTICED_MS);
      proxy.resume();
      await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
      assert.deepEqual(await alice.names(['disconnected', 'participantDisconnected'], mark), []);
      await alice.run((client) => client.send('healed', { topic: 'after' }));
      await bob.until((client) => client.received.some(({ text }) => text === 'healed'), 'data after it');
      await bob.run(({ room }) => room.localParticipant.setName('Bob after'));
      await alice.until((client) => client.participant('bob')?.name === 'Bob after', 'signalling after it');
    });
  }
});

describe('disconnect during connect', () => {
  afterEach(() => stage.clear());

  // Fault 22: in a browser, on a real server.
  test('at 20 different moments: every promise settles and no socket is left', TIMEOUT, async (t) => {
    const alice = await stage.client(SUBJECT);
    const proxy = await startProxy({ target: stage.server.url });
    proxies.add(proxy);
    const token = (identity) => stage.server.token({ room: stage.roomName('moments'), identity });
    const attempt = (identity, ms) =>
      alice.run(
        async ({ SDK }, { url, token, ms }) => {
          const room = new SDK.Room();
          const begun = performance.now();
          const connecting = room.connect(url, token).then(
            () => 'connected',
            (error) => `${error.name} ${error.reason}`,
          );
          if (ms === null) await connecting;
          const took = performance.now() - begun;
          if (ms > 0) await new Promise((resolve) => census.raw.setTimeout(resolve, ms));
          await room.disconnect();
          return { connect: await connecting, state: room.state, took };
        },
        { url: proxy.url, token: token(identity), ms },
      );
    const { took } = await attempt('measured', null);
    await alice.until(() => census.liveSockets() === 0, 'its socket to close');
    const before = await alice.census();
    const outcomes = [];
    for (let moment = 0; moment < 20; moment += 1) {
      const outcome = await attempt(`alice-${moment}`, (took * moment) / 17);
      outcomes.push(outcome);
      const story = `moment ${moment}: ${JSON.stringify(outcome)}`;
      assert.equal(outcome.state, 'disconnected', story);
      // ConnectionErrorReason.Cancelled is 3.
      assert.ok(['connected', 'ConnectionError 3'].includes(outcome.connect), story);
    }
    t.diagnostic(`connected before the disconnect: ${outcomes.filter(({ connect }) => connect === 'connected').length} of 20`);
    await alice.until(() => census.liveSockets() === 0, 'the last socket of the page to close');
    while (proxy.open > 0) await Promise.all(proxy.arrivals.map(({ pipe }) => pipe?.closed));
    const after = await alice.census();
    assert.deepEqual([after.sockets, after.peers], [before.sockets, before.peers]);
    assert.ok(proxy.admitted > 0, 'some of them reached the server');
    const dialled = proxy.admitted;
    await alice.until(() => census.count().timers === 0, 'the last timer to end');
    assert.equal(proxy.admitted, dialled, 'nothing dials afterwards');
  });
});
