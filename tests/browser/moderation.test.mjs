// What somebody with the server's API does to a participant who is in the room: mutes, takes rights away, gives them back.
// npm livekit-client goes through the same, and has to tell the same.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());
afterEach(() => stage.clear());

/** Alice, with `sdk`, publishes both and notes what she is told of it; bob sees it. */
async function moderated(sdk) {
  const [alice, bob] = await Promise.all([stage.client(sdk), stage.client(PEER)]);
  const room = stage.roomName('moderation');
  await bob.join({ room, identity: 'bob' });
  await alice.join({ room, identity: 'alice' });
  await alice.publishBoth();
  await bob.mediaFlows('alice');
  await alice.run(({ room }) => {
    window.told = [];
    window.captured = {};
    for (const { source, track } of room.localParticipant.trackPublications.values()) captured[source] = track.mediaStreamTrack;
    for (const event of ['trackMuted', 'trackUnmuted', 'localTrackUnpublished', 'localTrackPublished']) {
      room.on(event, ({ source, kind, isMuted, trackSid, track }, who) => told.push([event, source, kind, isMuted, trackSid.slice(0, 3), Boolean(track), who?.identity].join(' ')));
    }
    room.on('participantPermissionsChanged', (before, who) => told.push(`${who.identity} may publish: ${before.canPublish}, ${who.permissions.canPublish}`));
  });
  return { alice, bob, permit: (permission) => stage.server.rooms.updateParticipant(room, 'alice', { permission: { canSubscribe: true, canPublishData: true, ...permission } }), room };
}

const told = (client) => client.evaluate(() => window.told.splice(0).sort());
const untilTold = (client, count) => client.until((_client, count) => window.told.length >= count, 'what is told', { arg: count });

async function rightsTakenAndGiven(sdk) {
  const { alice, bob, permit } = await moderated(sdk);
  await permit({ canPublish: false });
  await untilTold(alice, 3);
  await bob.until(({ room }) => room.remoteParticipants.get('alice').trackPublications.size === 0, 'nothing of alice');
  const taken = await told(alice);
  const left = await alice.run(({ room }) => ({ count: room.localParticipant.trackPublications.size, camera: captured.camera.readyState, microphone: captured.microphone.readyState }));
  const refused = await alice.run(({ room }) => room.localParticipant.setCameraEnabled(true).then(() => 'published', (error) => error.name));
  await permit({ canPublish: true });
  await untilTold(alice, 1);
  await alice.publishBoth();
  await bob.mediaFlows('alice');
  return { taken, left, refused, given: await told(alice) };
}

test('who may not publish any more has nothing published, captures nothing, and may begin anew later', TIMEOUT, async () => {
  const theirs = await rightsTakenAndGiven(PEER);
  const ours = await rightsTakenAndGiven(SUBJECT);
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours.left, { count: 0, camera: 'ended', microphone: 'ended' });
  assert.equal(ours.refused, 'PublishTrackError');
});

async function muted(sdk) {
  const { alice, bob, room } = await moderated(sdk);
  const sid = await alice.run((client) => client.publication('alice', 'microphone').trackSid);
  await stage.server.rooms.mutePublishedTrack(room, 'alice', sid, true);
  await bob.until((client) => client.publication('alice', 'microphone').isMuted, 'the microphone to be muted');
  await untilTold(alice, 1);
  const now = await alice.run(({ room }) => ({ enabled: room.localParticipant.isMicrophoneEnabled, sends: captured.microphone.enabled }));
  await alice.run(({ room }) => room.localParticipant.setMicrophoneEnabled(true));
  await bob.mediaFlows('alice');
  return { now, told: await told(alice) };
}

test('who is muted by the server is muted here, and unmutes itself', TIMEOUT, async () => {
  const theirs = await muted(PEER);
  const ours = await muted(SUBJECT);
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours.now, { enabled: false, sends: false });
});
