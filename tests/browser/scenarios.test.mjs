// Every way the real server (or the client itself) can be told to break a connection, while media and numbered data flow
// both ways: the room must heal, nobody who stayed may flicker, nothing that was accepted may be lost.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 180_000 };
const CONNECTION_EVENTS = ['signalReconnecting', 'reconnecting', 'reconnected', 'disconnected'];
const ROSTER_EVENTS = ['participantConnected', 'participantDisconnected'];

// `full`: the session is replaced, so a full reconnect must be told; without it either kind will do.
const SCENARIOS = [
  { name: 'signal-reconnect', resume: true },
  { name: 'resume-reconnect' },
  { name: 'node-failure' },
  { name: 'migration' },
  { name: 'full-reconnect', full: true },
  { name: 'disconnect-signal-on-resume' },
  { name: 'disconnect-signal-on-resume-no-messages' },
];

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());
afterEach(() => stage.clear());

/** A room of alice (the subject) and bob (livekit-client), both published, both heard and seen. */
async function meeting() {
  const [alice, bob] = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
  const room = stage.roomName('scenario');
  await alice.join({ room, identity: 'alice', name: 'Alice' });
  await bob.join({ room, identity: 'bob', name: 'Bob' });
  await Promise.all([alice.publishBoth(), bob.publishBoth()]);
  await Promise.all([alice.mediaFlows('bob'), bob.mediaFlows('alice')]);
  return { alice, bob, room };
}

const startSending = (client, topic) =>
  client.run((client, topic) => {
    client.sending = client.numbered(topic);
    client.sending.start();
  }, topic);
const stopSending = (client) => client.run((client) => client.sending.stop());

const arrivals = async (client, topic, last) => {
  await client.until((client, { topic, last }) => client.arrived(topic).includes(last), `message ${last} of ${topic}`, { arg: { topic, last } });
  return client.run((client, topic) => client.arrived(topic), topic);
};

describe('simulateScenario', () => {
  for (const { name, resume, full } of SCENARIOS) {
    test(`${name}: the room heals, nobody flickers, media flows, nothing accepted is lost`, TIMEOUT, async (t) => {
      const { alice, bob } = await meeting();
      const mark = await alice.mark();
      const before = await alice.snapshot();
      await alice.run((client) => (client.bob = client.participant('bob')));
      await startSending(alice, 'from alice');

      await alice.run(({ room }, name) => room.simulateScenario(name), name);
      await alice.next('reconnected', { since: mark, ms: 60_000 });
      const kinds = await alice.names(CONNECTION_EVENTS, mark);
      t.diagnostic(`told: ${kinds.join(' ')}`);

      await Promise.all([alice.mediaFlows('bob', { ms: 60_000 }), bob.mediaFlows('alice', { ms: 60_000 })]);
      const account = await stopSending(alice);
      const arrived = await arrivals(bob, 'from alice', account.accepted.at(-1));
      await startSending(bob, 'from bob');
      await alice.until((client) => client.arrived('from bob').length > 5, 'data from bob after the scenario');
      await stopSending(bob);

      assert.equal(kinds.at(-1), 'reconnected');
      assert.ok(!kinds.includes('disconnected'), 'a session that heals is never told as disconnected');
      assert.match(kinds.join(' '), /^((signalReconnecting|reconnecting) )+reconnected$/, 'once lost, once healed');
      if (full) assert.ok(kinds.includes('reconnecting'), 'a full reconnect is told as reconnecting');
      if (resume) assert.deepEqual(kinds, ['signalReconnecting', 'reconnected'], 'a resume is told as signalReconnecting');

      assert.deepEqual(await alice.names(ROSTER_EVENTS, mark), [], 'bob stayed');
      assert.ok(await alice.run((client) => client.bob === client.participant('bob')), 'bob is the same object');
      const now = await alice.snapshot();
      assert.equal(now.state, 'connected');
      assert.deepEqual(now.remote.map(({ identity, name }) => [identity, name]), [['bob', 'Bob']]);
      assert.deepEqual(now.remote[0].tracks.map(({ source }) => source).sort(), before.remote[0].tracks.map(({ source }) => source).sort());
      assert.deepEqual(now.local.tracks.map(({ source }) => source).sort(), ['camera', 'microphone']);

      t.diagnostic(`messages: ${account.sent} sent, ${account.accepted.length} accepted, ${account.refused.length} refused, ${arrived.length} arrived`);
      assert.equal(account.open.length, 0, 'each message was accepted or refused');
      const lost = account.accepted.filter((number) => !arrived.includes(number));
      assert.equal(lost.join(' '), '', 'accepted and lost');
      // What was in flight when a session was lost is sent again; by its nonce the server knows what it has had.
      assert.equal(arrived.join(' '), [...new Set(arrived)].sort((a, b) => a - b).join(' '), 'once each and in order');
    });
  }

  test('server-leave: the room ends for good, with the reason of the server', TIMEOUT, async () => {
    const { alice, bob } = await meeting();
    const mark = await alice.mark();
    await alice.run(({ room }) => room.simulateScenario('server-leave'));
    const { args, state } = await alice.next('disconnected', { since: mark });
    const reasons = await alice.run(({ SDK }) => ({ ...SDK.DisconnectReason }));
    assert.equal(Number(args[0]), reasons.SERVER_SHUTDOWN, `reason ${args[0]}`);
    assert.equal(state, 'disconnected');
    await bob.next('participantDisconnected');
    assert.deepEqual(await alice.names(['signalReconnecting', 'reconnecting', 'reconnected'], mark), []);
    assert.deepEqual(await alice.census(), { timers: 0, sockets: 0, peers: 0 });
  });
});

test('during a resume the other side loses nothing either', TIMEOUT, async () => {
  const { alice, bob } = await meeting();
  const mark = await alice.mark();
  await startSending(bob, 'from bob');
  await alice.run(({ room }) => room.simulateScenario('signal-reconnect'));
  await alice.next('reconnected', { since: mark });
  const { accepted } = await stopSending(bob);
  assert.deepEqual(await arrivals(alice, 'from bob', accepted.at(-1)), accepted);
});

test('what the room tells during a reconnect agrees with the state at that moment', TIMEOUT, async () => {
  const { alice } = await meeting();
  for (const [scenario, during] of [['signal-reconnect', 'signalReconnecting'], ['full-reconnect', 'reconnecting']]) {
    const mark = await alice.mark();
    await alice.run(({ room }, scenario) => room.simulateScenario(scenario), scenario);
    await alice.next('reconnected', { since: mark });
    const seen = await alice.run((client, mark) => client.events.slice(mark).map(({ event, state, args }) => ({ event, state, to: args[0] })), mark);
    const lost = seen.find(({ event }) => event === during);
    const healed = seen.find(({ event }) => event === 'reconnected');
    assert.equal(lost?.state, during, scenario);
    assert.equal(healed.state, 'connected', scenario);
    const states = seen.filter(({ event }) => event === 'connectionStateChanged').map(({ to }) => to);
    assert.deepEqual([states[0], states.at(-1)], [during, 'connected'], scenario);
  }
});
