// Packets that get lost for real: server and browser at the two ends of a wire between network namespaces, and filters that
// drop what crosses it, media included. What is tested is that a room notices, heals, and stays the same room.
// Needs root on Linux; without it every test here fails with a sentence that says so.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startWire } from '../netns/wire.mjs';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 180_000 };
// The real server names 5 s and 15 s for pings; a verdict may take the timeout, and a machine under load.
const NOTICED_MS = 60_000;
const LOST = ['signalReconnecting', 'reconnecting'];
const ENDED = ['reconnected', 'disconnected'];
const GONE = ['participantConnected', 'participantDisconnected'];
// Three cameras at full rate leave a small machine no time for anything else.
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';
/** The server is on another machine, as far as a token is concerned, and has no certificate. */
const OPTIONS = SUBJECT === 'rejoin' ? { allowInsecure: true } : undefined;

let wire;
let stage;
before(async () => {
  wire = await startWire();
  stage = await openStage({ wire, flags: [SLOW_CAMERA] });
});
after(async () => {
  await stage?.close();
  await wire?.stop();
});
afterEach(async () => {
  await wire?.heal();
  await stage?.clear();
});

/** alice and bob with the library under test; both publish camera and microphone, and see and hear each other. */
async function meeting() {
  const [alice, bob] = await Promise.all([stage.client(SUBJECT), stage.client(SUBJECT)]);
  const room = stage.roomName('wire');
  for (const [client, identity] of [[alice, 'alice'], [bob, 'bob']]) {
    await client.join({ room, identity, options: OPTIONS });
    await client.publishBoth();
  }
  await mediaBothWays(alice, bob);
  return { alice, bob, room };
}

const mediaBothWays = (alice, bob) => Promise.all([alice.mediaFlows('bob'), bob.mediaFlows('alice')]);

async function dataBothWays(alice, bob, text) {
  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    await from.run((client, text) => client.send(text), text);
    await to.until((client, text) => client.received.some((each) => each.text === text), `"${text}"`, { arg: text });
  }
}

const notices = (client, mark) =>
  client.until((client, { mark, LOST }) => client.names(LOST, mark).length > 0, 'the silence to be noticed', { arg: { mark, LOST }, ms: NOTICED_MS });

describe('a path that falls silent', () => {
  for (const [direction, words] of [['both', 'both ways'], ['down', 'from server to client'], ['up', 'from client to server']]) {
    test(`${words} is noticed and healed in one episode: same people, media and data both ways`, TIMEOUT, async () => {
      const { alice, bob } = await meeting();
      const people = [alice, bob];
      const marks = await Promise.all(people.map((each) => each.mark()));
      await wire.drop({ direction });
      await Promise.all(people.map((each, i) => notices(each, marks[i])));
      await wire.heal();
      await Promise.all(people.map((each, i) => each.next('reconnected', { since: marks[i], ms: NOTICED_MS })));
      await mediaBothWays(alice, bob);
      await dataBothWays(alice, bob, `after silence ${direction}`);
      for (const [i, each] of people.entries()) {
        assert.deepEqual(await each.names(ENDED, marks[i]), ['reconnected'], 'one episode');
        assert.deepEqual(await each.names(GONE, marks[i]), [], 'nobody seemed to leave');
        const { state, remote } = await each.snapshot();
        assert.equal(state, 'connected');
        assert.deepEqual(remote.map(({ identity }) => identity), [i === 0 ? 'bob' : 'alice']);
      }
    });
  }

  test('is noticed by npm livekit-client in the same room too, which sees the same people after it', TIMEOUT, async () => {
    const { alice, room } = await meeting();
    const carol = await stage.client(PEER);
    await carol.join({ room, identity: 'carol' });
    await carol.mediaFlows('alice');
    const [before, theirs] = await Promise.all([alice.mark(), carol.mark()]);
    await wire.drop();
    await Promise.all([notices(alice, before), notices(carol, theirs)]);
    await wire.heal();
    await Promise.all([alice.next('reconnected', { since: before, ms: NOTICED_MS }), carol.next('reconnected', { since: theirs, ms: NOTICED_MS })]);
    await carol.mediaFlows('alice');
    await alice.until((client) => client.participant('carol'), 'carol');
  });
});

describe('a path that loses some packets', () => {
  test('TCP openings: what is open stays, and a reconnect comes through when they do', TIMEOUT, async () => {
    const { alice, bob } = await meeting();
    const mark = await alice.mark();
    await wire.drop({ direction: 'up', syn: true });
    await mediaBothWays(alice, bob);
    await dataBothWays(alice, bob, 'without openings');
    assert.deepEqual(await alice.names([...LOST, ...ENDED], mark), [], 'what is open is not harmed');
    await alice.run(({ room }) => void room.simulateScenario('signal-reconnect'));
    await notices(alice, mark);
    await mediaBothWays(alice, bob);
    await wire.heal();
    await alice.next('reconnected', { since: mark, ms: NOTICED_MS });
    await dataBothWays(alice, bob, 'with openings');
    assert.deepEqual(await alice.names([...ENDED, ...GONE], mark), ['reconnected']);
  });

  test('5 % of all for four pings: no false alarm', TIMEOUT, async () => {
    const { alice, bob } = await meeting();
    const marks = [await alice.mark(), await bob.mark()];
    await wire.lose({ percent: 5 });
    await new Promise((resolve) => setTimeout(resolve, 20_000)); // The bad time itself: nothing may happen in it.
    await dataBothWays(alice, bob, 'through loss');
    await mediaBothWays(alice, bob);
    assert.deepEqual(await alice.names([...LOST, ...ENDED], marks[0]), []);
    assert.deepEqual(await bob.names([...LOST, ...ENDED], marks[1]), []);
  });

  test('a bottleneck with a queue of a second: no false alarm', TIMEOUT, async () => {
    const { alice, bob } = await meeting();
    const marks = [await alice.mark(), await bob.mark()];
    await wire.narrow({ kbit: 400, queueMs: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 20_000)); // The bad time itself: nothing may happen in it.
    await dataBothWays(alice, bob, 'through the bottleneck');
    assert.deepEqual(await alice.names([...LOST, ...ENDED], marks[0]), []);
    assert.deepEqual(await bob.names([...LOST, ...ENDED], marks[1]), []);
  });
});
