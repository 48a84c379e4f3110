// Two livekit-servers on one Redis: the node that hosts a room is killed under two who publish camera and microphone.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startCluster } from '../livekit/cluster.mjs';
import { openStage, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 180_000 };
// The cluster itself takes 5 s to hold a node for dead.
const BACK_MS = 60_000;
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';
const PEOPLE = ['alice', 'bob'];

let cluster;
let stage;
before(async () => {
  cluster = await startCluster();
  stage = await openStage({ livekit: false, flags: [SLOW_CAMERA] });
});
after(async () => {
  await stage?.close();
  await cluster?.stop();
});
afterEach(() => stage.clear());

/** Both in a room on the preferred node, with media both ways. */
async function meeting() {
  const room = stage.roomName('node');
  const [node] = cluster.nodes;
  await cluster.host(room, node);
  const clients = await Promise.all(PEOPLE.map(() => stage.client(SUBJECT)));
  for (const [i, identity] of PEOPLE.entries()) {
    await clients[i].join({ room, identity, via: cluster.url, token: cluster.token({ room, identity }) });
    await clients[i].publishBoth();
  }
  await mediaBothWays(clients);
  return { clients, node };
}

const mediaBothWays = ([alice, bob]) => Promise.all([alice.mediaFlows('bob', { ms: BACK_MS }), bob.mediaFlows('alice', { ms: BACK_MS })]);

test('both are back with media after their node was killed, and neither saw the other leave', TIMEOUT, async () => {
  const { clients, node } = await meeting();
  const marks = await Promise.all(clients.map((each) => each.mark()));
  const tracks = await Promise.all(clients.map((each) => each.run(({ room }) => [...room.localParticipant.trackPublications.values()].map(({ track }) => track.mediaStreamTrack.id).sort())));
  await node.kill();
  await Promise.all(clients.map((each, i) => each.next('reconnected', { since: marks[i], ms: BACK_MS })));
  await mediaBothWays(clients);
  for (const [i, each] of clients.entries()) {
    const { state, remote } = await each.snapshot();
    assert.deepEqual([state, remote.map(({ identity }) => identity)], ['connected', [PEOPLE[1 - i]]]);
    assert.deepEqual(await each.names(['reconnected', 'disconnected'], marks[i]), ['reconnected'], 'one episode');
    assert.deepEqual(await each.names(['participantConnected', 'participantDisconnected'], marks[i]), [], 'no flicker');
    const now = await each.run(({ room }) => [...room.localParticipant.trackPublications.values()].map(({ track }) => track.mediaStreamTrack.id).sort());
    assert.deepEqual(now, tracks[i], 'nothing was captured anew');
  }
  assert.notEqual(await clients[0].run(({ room }) => room.serverInfo.nodeId), node.id);
  await cluster.add();
});

test('who does not come back after a node was killed is gone in the end, and told so once', TIMEOUT, async () => {
  const { clients, node } = await meeting();
  const [alice, bob] = clients;
  const mark = await alice.mark();
  await bob.page.context().setOffline(true);
  await Promise.all([node.kill(), bob.close()]);
  await alice.next('reconnected', { since: mark, ms: BACK_MS });
  await alice.next('participantDisconnected', { since: mark, ms: BACK_MS });
  assert.deepEqual(await alice.names(['participantConnected', 'participantDisconnected'], mark), ['participantDisconnected']);
  assert.deepEqual((await alice.snapshot()).remote, []);
  await cluster.add();
});
