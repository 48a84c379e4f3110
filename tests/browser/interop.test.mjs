// One room on a real server, a page with Rejoin and a page with npm livekit-client, each seeing what the other does.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());

const DIRECTIONS = [
  { title: `from ${SUBJECT} to ${PEER}`, actor: 'subject', watcher: 'peer' },
  { title: `from ${PEER} to ${SUBJECT}`, actor: 'peer', watcher: 'subject' },
];

for (const { title, actor, watcher } of DIRECTIONS) {
  describe(title, () => {
    let acting;
    let watching;
    let room;

    // Both are in the room, `acting` came second.
    beforeEach(async () => {
      const pages = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
      const byRole = { subject: pages[0], peer: pages[1] };
      [acting, watching] = [byRole[actor], byRole[watcher]];
      room = stage.roomName('interop');
      await watching.join({ room, identity: 'watching', name: 'Wanda' });
      await acting.join({ room, identity: 'acting', name: 'Ada', metadata: 'role: guest', attributes: { seat: '7' } });
      await watching.until((client) => client.participant('acting'), 'acting to appear');
    });
    afterEach(() => stage.clear());

    test('a participant who comes appears with name, metadata and attributes', TIMEOUT, async () => {
      await watching.next('participantConnected');
      const { remote } = await watching.snapshot();
      assert.equal(remote.length, 1);
      const { identity, name, metadata, attributes, sid } = remote[0];
      assert.deepEqual({ identity, name, metadata, attributes }, { identity: 'acting', name: 'Ada', metadata: 'role: guest', attributes: { seat: '7' } });
      assert.equal(sid, (await acting.snapshot()).local.sid);
    });

    test('who is there already is there when connect resolves, with name', TIMEOUT, async () => {
      const names = await acting.run(({ room }) => [...room.remoteParticipants.values()].map(({ identity, name }) => ({ identity, name })));
      assert.deepEqual(names, [{ identity: 'watching', name: 'Wanda' }]);
      assert.ok(!(await acting.names(['participantConnected'])).length, 'nobody is announced who was there before');
    });

    test('microphone and camera are heard and seen', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      const tracks = (await watching.snapshot()).remote[0].tracks.map(({ kind, source, muted }) => `${kind} ${source} ${muted ? 'muted' : 'on'}`);
      assert.deepEqual(tracks.sort(), ['audio microphone on', 'video camera on']);
    });

    test('tracks published before one joins are heard and seen too', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      await watching.run(({ room }) => room.disconnect());
      const late = await stage.client(watching.sdk);
      await late.join({ room, identity: 'late' });
      await late.mediaFlows('acting');
    });

    test('an attached video element shows frames of the size published', TIMEOUT, async () => {
      await acting.run(({ room }) => room.localParticipant.setCameraEnabled(true));
      await watching.until(
        () => {
          const video = document.querySelector('video');
          return video && video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 5;
        },
        'frames in the video element',
      );
    });

    for (const reliable of [true, false]) {
      test(`${reliable ? 'reliable' : 'lossy'} data arrives with its bytes, topic and sender`, TIMEOUT, async () => {
        const bytes = [0, 1, 127, 128, 255, ...new TextEncoder().encode('grüße')];
        await acting.run((client, { bytes, reliable }) => client.send(bytes, { reliable, topic: 'chat' }), { bytes, reliable });
        const got = await watching.until((client) => client.received[0], 'a data message');
        assert.equal(got.topic, 'chat');
        assert.equal(got.from, 'acting');
        assert.equal(got.bytes, bytes.length);
        assert.deepEqual(Buffer.from(got.base64, 'base64'), Buffer.from(bytes));
        assert.equal(got.kind, reliable ? 0 : 1);
      });
    }

    test('reliable data for one identity reaches nobody else', TIMEOUT, async () => {
      const third = await stage.client(PEER);
      await third.join({ room, identity: 'third' });
      await acting.until((client) => client.participant('third'), 'third to appear');
      await acting.run(async (client) => {
        await client.send('for watching', { topic: 'aside', to: ['watching'] });
        await client.send('for all', { topic: 'aside' });
      });
      const heard = (client) => client.received.some(({ text }) => text === 'for all') && client.received.map(({ text }) => text);
      assert.deepEqual(await watching.until(heard, 'the message for all'), ['for watching', 'for all']);
      assert.deepEqual(await third.until(heard, 'the message for all'), ['for all']);
    });

    test('100 reliable messages of 10 KB arrive once each and in order', TIMEOUT, async () => {
      await acting.run(async (client) => {
        const padding = 'x'.repeat(10_000);
        await Promise.all(Array.from({ length: 100 }, (_, number) => client.send(`${number} ${padding}`, { topic: 'big' })));
      });
      const numbers = await watching.until((client) => client.arrived('big').length >= 100 && client.arrived('big'), '100 messages');
      assert.deepEqual(numbers, Array.from({ length: 100 }, (_, number) => number));
    });

    test('metadata, attributes and name changes are told', TIMEOUT, async () => {
      await acting.run(async ({ room }) => {
        await room.localParticipant.setMetadata('role: host');
        await room.localParticipant.setAttributes({ seat: '8', hand: 'up' });
        await room.localParticipant.setName('Ada L.');
      });
      for (const event of ['participantMetadataChanged', 'participantAttributesChanged', 'participantNameChanged']) await watching.next(event);
      const { name, metadata, attributes } = (await watching.snapshot()).remote[0];
      assert.deepEqual({ name, metadata, attributes }, { name: 'Ada L.', metadata: 'role: host', attributes: { seat: '8', hand: 'up' } });
      const own = (await acting.snapshot()).local;
      assert.deepEqual([own.name, own.metadata, own.attributes.seat], ['Ada L.', 'role: host', '8']);
    });

    test('mute and unmute are told, and media flows again after them', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      const mark = await watching.mark();
      await acting.run(({ room }) => room.localParticipant.setMicrophoneEnabled(false));
      await watching.next('trackMuted', { since: mark });
      assert.equal((await watching.snapshot()).remote[0].tracks.find(({ source }) => source === 'microphone').muted, true);
      await acting.run(({ room }) => room.localParticipant.setMicrophoneEnabled(true));
      await watching.next('trackUnmuted', { since: mark });
      await watching.mediaFlows('acting');
    });

    test('an unpublished track goes, the other stays', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      await acting.run(async ({ room, SDK }) => {
        const camera = [...room.localParticipant.trackPublications.values()].find(({ source }) => source === SDK.Track.Source.Camera);
        await room.localParticipant.unpublishTrack(camera.track);
      });
      await watching.next('trackUnpublished');
      const { tracks } = (await watching.snapshot()).remote[0];
      assert.deepEqual(tracks.map(({ source }) => source), ['microphone']);
      const order = await watching.names(['trackUnsubscribed', 'trackUnpublished']);
      assert.deepEqual(order, ['trackUnsubscribed', 'trackUnpublished']);
    });

    test('a subscription can be given up and taken again', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      await watching.run((client) => {
        const publication = client.publication('acting', 'camera');
        const { track } = publication;
        publication.once('ended', (ended) => (client.ended = ended === track));
        publication.setSubscribed(false);
      });
      await watching.next('trackUnsubscribed');
      await watching.until(({ ended }) => ended, 'the publication to tell that its track has ended');
      const mark = await watching.mark();
      await watching.run((client) => client.publication('acting', 'camera').setSubscribed(true));
      await watching.next('trackSubscribed', { since: mark });
      await watching.mediaFlows('acting');
    });

    test('who speaks is told', TIMEOUT, async () => {
      await acting.run((client) => client.publishTone());
      await watching.until(({ room }) => room.activeSpeakers.some(({ identity }) => identity === 'acting'), 'acting to be an active speaker');
    });

    test('who leaves is gone, told once, tracks first', TIMEOUT, async () => {
      await acting.publishBoth();
      await watching.mediaFlows('acting');
      await acting.run(({ room }) => room.disconnect());
      await watching.next('participantDisconnected');
      assert.deepEqual((await watching.snapshot()).remote, []);
      const told = await watching.names(['trackUnsubscribed', 'trackUnpublished', 'participantDisconnected']);
      assert.equal(told.at(-1), 'participantDisconnected');
      assert.equal(told.filter((event) => event === 'trackUnpublished').length, 2);
      assert.equal((await acting.snapshot()).state, 'disconnected');
    });
  });
}

test('room metadata set by the server reaches both', TIMEOUT, async () => {
  const [subject, peer] = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
  const room = stage.roomName('metadata');
  await subject.join({ room, identity: 'subject' });
  await peer.join({ room, identity: 'peer' });
  await stage.server.rooms.updateRoomMetadata(room, 'topic: tests');
  for (const client of [subject, peer]) {
    await client.next('roomMetadataChanged');
    assert.equal(await client.run(({ room }) => room.metadata), 'topic: tests');
  }
  await stage.clear();
});

// The server takes transcriptions from agents only; those of this grant hide. No client makes a packet of them by itself: that
// of a message gives its class away.
const transcribe = (speaker, said) =>
  speaker.run(async ({ room }, said) => {
    const { engine } = room;
    const { sendDataPacket } = engine;
    let Packet;
    engine.sendDataPacket = (packet, ...others) => {
      Packet = packet.constructor;
      return sendDataPacket.call(engine, packet, ...others);
    };
    await room.localParticipant.publishData(new Uint8Array(1), { reliable: true });
    for (const { by, ...segment } of said) {
      const segments = [{ id: 's', language: 'en', startTime: 5n, endTime: 9n, ...segment }];
      await engine.sendDataPacket(new Packet({ value: { case: 'transcription', value: { transcribedParticipantIdentity: by, segments } } }), 0);
    }
  }, said);

/** A reader with Rejoin, and an agent that hides. */
async function transcribed(t) {
  t.after(() => stage.clear());
  const [reader, speaker] = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
  const room = stage.roomName('transcribed');
  await reader.join({ room, identity: 'reader' });
  await speaker.join({ room, identity: 'speaker', grants: { agent: true }, claims: { kind: 'agent' } });
  return [reader, speaker];
}

test('what an agent says that hides is of nobody, and puts nobody in the room', TIMEOUT, async (t) => {
  const [reader, speaker] = await transcribed(t);
  await reader.run((client) => {
    client.told = [];
    client.room.on('dataReceived', (payload, participant, ...others) => client.told.push([participant?.identity, others.at(-1)]));
    client.room.on('transcriptionReceived', ([{ text }], participant) => client.told.push([participant?.identity, text]));
  });
  await transcribe(speaker, ['speaker', 'nobody', 'reader', ''].map((by) => ({ by, text: `of ${by}`, final: true })));
  await reader.until((client) => client.told.length === 5, 'all that was said');
  const seen = await reader.run(({ told, room }) => ({ told: told.map(([who, what]) => `${who}: ${what}`), inside: [...room.remoteParticipants.keys()] }));
  assert.deepEqual(seen, { told: ['undefined: speaker', 'undefined: of speaker', 'undefined: of nobody', 'reader: of reader', 'undefined: of '], inside: [] });
});

test('segments of a transcription say when their first version came, and this one', TIMEOUT, async (t) => {
  const [reader, speaker] = await transcribed(t);
  await reader.run((client) => {
    client.told = [];
    client.room.on('transcriptionReceived', (segments) => client.told.push(...segments));
  });
  for (const [n, [text, final]] of [['hel', false], ['hello', true], ['again', false]].entries()) {
    await transcribe(speaker, [{ by: 'reader', text, final }]);
    // Told, and the clock has moved on: the next version has another time.
    await reader.until(({ told }, n) => told.length === n + 1 && Date.now() > told[n].lastReceivedTime, `version ${n}`, { arg: n });
  }
  const times = await reader.run(({ told }) => told.map((of) => [of.firstReceivedTime, of.lastReceivedTime]));
  const [[first, now], [second, later], [third, last]] = times;
  assert.ok(first === now && second === first && later > now && third > later && last === third, JSON.stringify(times));
  assert.ok(Math.abs(Date.now() - last) < 60_000);
});
