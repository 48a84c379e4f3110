// Waving: a lossy message with the topic "wave". One that gets lost is not missed, which is what lossy data is for.
import { RoomEvent } from 'rejoin';

const TOPIC = 'wave';

export function waves(room, stage, announce) {
  function send() {
    stage.tileOf(room.localParticipant.identity)?.wave();
    // Between two connections a wave is simply not seen; there is nothing to tell the person who waved.
    room.localParticipant.publishData(new Uint8Array(), { reliable: false, topic: TOPIC }).catch(() => {});
  }

  function receive(_payload, participant, _kind, topic) {
    if (topic !== TOPIC || !participant) return;
    stage.tileOf(participant.identity)?.wave();
    announce(`${participant.name || participant.identity} waves`);
  }
  room.on(RoomEvent.DataReceived, receive);
  return { send, close: () => room.off(RoomEvent.DataReceived, receive) };
}
