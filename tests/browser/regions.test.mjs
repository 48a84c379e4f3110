// Three regions with TLS before a cluster of two livekit-servers, under names that are taken for LiveKit Cloud's. The first
// misbehaves: before the connect, and under a room that is in it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startCluster } from '../livekit/cluster.mjs';
import { planRegions } from '../livekit/regions.mjs';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 180_000 };
// Both attempts at the region that is gone have their turn before the next is tried.
const BACK_MS = 90_000;
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';

let cluster;
let plan;
let regions;
let stage;
before(async () => {
  cluster = await startCluster();
  plan = await planRegions();
  const [first, second] = cluster.nodes.map(({ server }) => server.ports.port);
  regions = await plan.start([first, second, second]);
  stage = await openStage({ livekit: false, flags: [...plan.flags, SLOW_CAMERA] });
});
after(async () => {
  await stage?.close();
  await regions?.stop();
  await cluster?.stop();
});
afterEach(async () => {
  await regions?.tell(0, null);
  await stage?.clear();
});

/** alice (the subject) comes by the regions, bob (livekit-client) by the cluster's own door; the room is on the first node. */
async function meeting(options, fault = null, healsAfterMs = 0) {
  // A page of its own: regions that failed are remembered.
  const [alice, bob] = await Promise.all([stage.client(SUBJECT, { fresh: true }), stage.client(PEER)]);
  const room = stage.roomName('regions');
  await cluster.host(room, cluster.nodes[0]);
  await bob.join({ room, identity: 'bob', via: cluster.url, token: cluster.token({ room, identity: 'bob' }) });
  await regions.tell(0, fault);
  const healed = healsAfterMs && new Promise((resolve) => setTimeout(resolve, healsAfterMs)).then(() => regions.tell(0, null)); // The bad time itself.
  await alice.join({ room, identity: 'alice', via: plan.url, token: cluster.token({ room, identity: 'alice' }), options });
  await healed;
  for (const each of [alice, bob]) await each.publishBoth();
  await mediaBothWays(alice, bob);
  return { alice, bob };
}

const mediaBothWays = (alice, bob) => Promise.all([alice.mediaFlows('bob'), bob.mediaFlows('alice')]);
const facts = (alice, ...which) => alice.run(({ room }, which) => room.connectionHistory.filter(({ what }) => which.includes(what)), which);

describe('a first region that is not to be joined', () => {
  const urls = () => plan.regions.map(({ url }) => url.replace('https', 'wss'));
  const second = () => ({ regions: { endpoint: `${plan.regions[1].url}/settings/regions` } });
  const discovered = () => undefined;
  for (const [words, fault, options] of [
    ['refuses connections, the app names the others', 'refused', () => ({ regions: { urls: urls() } })],
    ['refuses connections, the list is elsewhere', 'refused', second],
    ['stalls in TLS, the app names the others', 'tls', () => ({ regions: { urls: urls() } })],
    ['stalls in TLS, the list is elsewhere', 'tls', second],
    ['answers 503', '503', discovered],
    ['answers 403, pinned elsewhere', '403', discovered],
    ['opens and says nothing', 'silent', discovered],
  ]) {
    test(`${words}: joined in the second, with media, after one dial of each`, TIMEOUT, async () => {
      const { alice } = await meeting(options(), fault);
      const dials = await facts(alice, 'dial');
      assert.equal(dials.length, 2, JSON.stringify(dials));
      const [{ region }] = await facts(alice, 'connected');
      assert.match(region, /second/);
      assert.deepEqual(await alice.names(['reconnecting', 'signalReconnecting', 'disconnected']), []);
    });
  }

  // Fault 8: on a real server behind a front.
  test('answers 429: it is waited for', TIMEOUT, async () => {
    const { alice } = await meeting(undefined, '429', 800);
    const [{ region }] = await facts(alice, 'connected');
    assert.match(region, /first/);
  });
});

test('a region that dies under a room: back in the second with media, and nobody seemed to leave', TIMEOUT, async () => {
  const { alice, bob } = await meeting();
  const marks = await Promise.all([alice.mark(), bob.mark()]);
  await regions.tell(0, 'refused');
  await alice.next('reconnected', { since: marks[0], ms: BACK_MS });
  await mediaBothWays(alice, bob);
  assert.deepEqual(await alice.names(['participantConnected', 'participantDisconnected', 'disconnected', 'regionChanged'], marks[0]), ['regionChanged']);
  assert.deepEqual((await alice.snapshot()).remote.map(({ identity }) => identity), ['bob']);
});
