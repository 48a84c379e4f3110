// Says in sentences what connections, errors and devices do. Pure: it touches neither the page nor a room.
import { ConnectionErrorReason, ConnectionQuality, ConnectionState, DisconnectReason } from 'rejoin';

/** "120 ms", "0.4 s", "12 s", "2 min 5 s". */
export function duration(ms) {
  if (ms < 400) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  return elapsed(Math.round(ms / 1000));
}

/** The same for whole seconds: "6 s", "2 min 5 s". */
export function elapsed(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const due = (ms) => (ms >= 1 ? `due in ${duration(ms)}` : 'due at once');

/** What a `reconnecting` event says, in words. `detail` is Rejoin's; without it only the kind is known. */
export function reconnecting({ attempt, delayMs, cause, region, kind } = {}) {
  const facts = [];
  if (attempt !== undefined) facts.push(`attempt ${attempt}`);
  if (delayMs !== undefined) facts.push(Number.isFinite(delayMs) ? due(delayMs) : 'due when the network is back');
  if (cause) facts.push(`cause: ${cause}`);
  // A server without a name is known by its address: that is no news.
  if (region && !region.includes('://')) facts.push(`region: ${region}`);
  const aside = facts.length ? ` (${facts.join(', ')})` : '';
  if (attempt > 1) return `Still gone, ${kind === 'full' ? 'starting a new session' : 'trying to resume again'}${aside}`;
  return `${kind === 'full' ? 'Session lost, starting a new one' : 'Signal lost, trying to resume'}${aside}`;
}

const STATES = {
  [ConnectionState.Disconnected]: 'Not connected',
  [ConnectionState.Connecting]: 'Connecting',
  [ConnectionState.Connected]: 'Connected',
  [ConnectionState.Reconnecting]: 'Reconnecting',
  [ConnectionState.SignalReconnecting]: 'Resuming',
};
export const state = (value) => STATES[value] ?? String(value);

const QUALITIES = {
  [ConnectionQuality.Excellent]: 'excellent connection',
  [ConnectionQuality.Good]: 'good connection',
  [ConnectionQuality.Poor]: 'poor connection',
  [ConnectionQuality.Lost]: 'connection lost',
};
export const quality = (value) => QUALITIES[value] ?? 'connection not measured yet';

const ENDINGS = {
  [DisconnectReason.CLIENT_INITIATED]: 'You left the room.',
  [DisconnectReason.DUPLICATE_IDENTITY]: 'You joined again somewhere else, so this session ended.',
  [DisconnectReason.SERVER_SHUTDOWN]: 'The server shut down and ended the session.',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'You were removed from the room.',
  [DisconnectReason.ROOM_DELETED]: 'The room was deleted.',
  [DisconnectReason.ROOM_CLOSED]: 'The room was closed.',
  [DisconnectReason.STATE_MISMATCH]: 'The server no longer knew this session.',
  [DisconnectReason.JOIN_FAILURE]: 'The server could not complete the join.',
  [DisconnectReason.MIGRATION]: 'The server moved the session away and it could not follow.',
  [DisconnectReason.SIGNAL_CLOSE]: 'The signal connection closed and could not be opened again.',
};
/** Why a session ended, as a sentence. */
export const ending = (reason) => ENDINGS[reason] ?? 'The session ended, and the server gave no reason.';

const REFUSALS = {
  [ConnectionErrorReason.NotAllowed]: 'The server refused the token: it may have expired, or it is for another server.',
  [ConnectionErrorReason.ServerUnreachable]: 'The server cannot be reached. Is it running, and is the network up?',
  [ConnectionErrorReason.Cancelled]: 'Joining was cancelled.',
  [ConnectionErrorReason.LeaveRequest]: 'The server turned the join away.',
  [ConnectionErrorReason.Timeout]: 'The server did not answer in time.',
  [ConnectionErrorReason.WebSocket]: 'The signal socket closed before the room was joined.',
  [ConnectionErrorReason.ServiceNotFound]: 'There is no LiveKit server at this address.',
};

/** A failed join as a sentence. Errors made by the page itself carry a sentence as their message. */
export function joinFailure(error) {
  const known = error?.name === 'ConnectionError' && REFUSALS[error.reason];
  return known || `Joining failed: ${detail(error)}`;
}

const DEVICES = {
  NotAllowedError: (what) => `The browser does not allow this page to use the ${what}.`,
  NotFoundError: (what) => `No ${what} was found.`,
  NotReadableError: (what) => `The ${what} is in use by another program.`,
  OverconstrainedError: (what) => `No ${what} can do what was asked for.`,
  AbortError: (what) => `The ${what} could not be started.`,
};

/** A device that could not be used, as a sentence; `what`: "camera", "microphone", "screen". */
export function deviceFailure(what, error) {
  return DEVICES[error?.name]?.(what) ?? `The ${what} could not be switched: ${detail(error)}`;
}

/** The text of anything thrown, ending like a sentence. */
export function detail(error) {
  const text = String(error?.message || error || 'unknown error').trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
