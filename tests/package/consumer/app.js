// What every built app of these tests does: starts the module, uses a policy and a room, and is refused by a dead port.
// It sets `window.result`, in Node `globalThis.result`.
import init, { ConnectionError, ConnectionState, DefaultReconnectPolicy, Room, RoomEvent } from 'rejoin';

const result = { before: null };
try {
  new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 });
} catch (error) {
  result.before = error.message;
}
await init();
result.delay = new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 1, elapsedMs: 0, cause: 'remote', numParticipants: 650 });
const room = new Room();
const states = [];
room.on(RoomEvent.ConnectionStateChanged, (state) => states.push(state));
result.fresh = room.state === ConnectionState.Disconnected;
try {
  await room.connect('ws://127.0.0.1:9', 'no.such.token');
} catch (error) {
  result.refused = error instanceof ConnectionError ? error.name : String(error);
}
result.states = states;
globalThis.result = result;
