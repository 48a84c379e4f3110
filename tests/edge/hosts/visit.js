// What hosts.test.mjs runs in each host: two people in a room of a real server, one of whom is cut off. Resolves with
// what they saw, which is the same everywhere.
import init, { ConnectionError, ConnectionErrorReason, Room, RoomEvent } from 'rejoin';

const WITHIN_MS = 20_000;

/** `tokens`: ada's and bob's, of one room, and one that no server takes. `options`: of all rooms. */
export async function visit({ url, tokens, options }) {
  await init();
  const [ada, bob, eve, twin] = [1, 2, 3, 4].map(() => new Room(options));
  try {
    await bob.connect(url, tokens.bob);
    const came = next(bob, RoomEvent.ParticipantConnected);
    await ada.connect(url, tokens.ada);
    const seen = { state: ada.state, room: ada.name, met: [...ada.remoteParticipants.keys()], came: (await came).identity };
    const told = next(ada, RoomEvent.ParticipantAttributesChanged);
    await bob.localParticipant.setAttributes({ seat: '7' });
    seen.told = await told;
    seen.data = await ada.localParticipant.publishData(new Uint8Array(1), { reliable: true }).catch(({ code }) => code);
    const back = next(ada, RoomEvent.Reconnected);
    await ada.simulateScenario('signal-reconnect');
    await back;
    seen.after = [ada.state, ...ada.remoteParticipants.keys()];
    seen.lost = ada.connectionHistory.filter(({ what }) => what === 'lost').length;
    const refused = await eve.connect(url, tokens.none).catch((error) => error);
    seen.refused = refused instanceof ConnectionError && [refused.reason === ConnectionErrorReason.NotAllowed, refused.status];
    const thrownOut = next(bob, RoomEvent.Disconnected);
    await twin.connect(url, tokens.bob);
    seen.thrownOut = [await thrownOut, bob.state];
    const over = next(ada, RoomEvent.Disconnected);
    await ada.disconnect();
    seen.over = [await over, ada.state, ada.remoteParticipants.size];
    return seen;
  } finally {
    for (const room of [ada, bob, eve, twin]) await room.disconnect();
  }
}

function next(room, event) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${event} did not come within ${WITHIN_MS} ms`)), WITHIN_MS);
    room.once(event, (about) => {
      clearTimeout(late);
      resolve(about);
    });
  });
}
