// Every option by name and kind, read strictly: an unknown key (with the nearest known one), a wrong type, a negative
// or fractional number is a TypeError that names the key. livekit-client's names are all known here; what stands in
// `IGNORED` is accepted for its users' sake, has no effect and says so once, what stands in `REFUSED` would be
// dangerous to ignore. Defaults are told in options.d.ts.
import { LivekitError } from './errors.js';
import { write } from './logging.js';

const kind = (words, test) => ({ words, test });
const flag = kind('true or false', (value) => typeof value === 'boolean');
const count = kind('a whole number, 0 or more', (value) => Number.isSafeInteger(value) && value >= 0);
const atLeastOne = kind('a number, 1 or more', (value) => Number.isFinite(value) && value >= 1);
const amount = kind('a number, 0 or more', (value) => Number.isFinite(value) && value >= 0);
const text = kind('a text', (value) => typeof value === 'string');
// Spread, because `every` passes over holes.
const listOf = (words, test) => kind(`a list of ${words}`, (value) => Array.isArray(value) && [...value].every(test));
const texts = listOf('texts', text.test);
const hosts = listOf('names of hosts', (host) => text.test(host) && /^(\[[\da-f:]+\]|[^\s/:@?#]+)$/i.test(host));
const list = kind('a list', Array.isArray);
const amounts = listOf('numbers, 0 or more', amount.test);
const object = kind('an object', (value) => typeof value === 'object' && value !== null);
const callable = kind('a function', (value) => typeof value === 'function');
const any = kind('', () => true);
const unread = kind('', () => true);
const policy = kind('an object with nextRetryDelayInMs(context)', (value) => callable.test(value?.nextRetryDelayInMs));
const no = kind('false', (value) => value === false);
// An app's own object, of a class perhaps: what else it has is its own business.
const isPlugin = (of) => object.test(of) && text.test(of.name) && callable.test(of.onLoad)
  && (of.timeoutMs === undefined || count.test(of.timeoutMs)) && (of.dispose === undefined || callable.test(of.dispose));
const plugins = listOf('{ name, onLoad(context), dispose?(), timeoutMs? }', isPlugin);
const pixelDensity = kind('a number, 0 or more, or "screen"', (value) => amount.test(value) || value === 'screen');
const signal = kind('an AbortSignal', (value) => object.test(value) && callable.test(value.addEventListener) && flag.test(value.aborted));
const either = (...kinds) => kinds;
/** A table out of `{ 'key other': kind }`. */
const table = (rows) => Object.fromEntries(Object.entries(rows).flatMap(([keys, of]) => keys.split(' ').map((key) => [key, of])));

const ENCODING = table({ 'maxBitrate maxFramerate': amount, priority: text });
// A `VideoPreset` is one as well: its encoding is not read.
const RESOLUTION = table({ 'width height': count, 'frameRate aspectRatio': amount, encoding: unread });
const PUBLISH_DEFAULTS = table({
  'videoEncoding screenShareEncoding audioPreset': ENCODING,
  backupCodec: either(flag, table({ codec: text, encoding: ENCODING })),
  backupCodecPolicy: count,
  'videoCodec scalabilityMode degradationPreference': text,
  'dtx red forceStereo simulcast stopMicTrackOnMute preConnectBuffer': flag,
  'videoSimulcastLayers screenShareSimulcastLayers': list,
  'frameMetadata packetTrailer': any,
});
export const PUBLISH = { ...PUBLISH_DEFAULTS, ...table({ 'name source stream': text }) };
const AUDIO_CAPTURE = table({
  'autoGainControl channelCount deviceId echoCancellation latency noiseSuppression voiceIsolation restrictOwnAudio sampleRate sampleSize processor': any,
});
const VIDEO_CAPTURE = table({ 'deviceId frameRate processor': any, facingMode: text, resolution: RESOLUTION });
export const SCREEN_CAPTURE = table({
  audio: either(flag, AUDIO_CAPTURE),
  video: either(flag, table({ displaySurface: text })),
  resolution: RESOLUTION,
  controller: any,
  'selfBrowserSurface surfaceSwitching systemAudio contentHint': text,
  'suppressLocalAudioPlayback preferCurrentTab': flag,
});
export const CREATE = table({ audio: either(flag, AUDIO_CAPTURE), video: either(flag, VIDEO_CAPTURE) });
export const PUBLISH_DATA = table({ reliable: flag, topic: text, destinationIdentities: texts });
export const PERMISSION = table({ 'participantIdentity participantSid': text, allowAll: flag, allowedTrackSids: texts });
export const ROOM = table({
  adaptiveStream: either(flag, table({ pixelDensity, pauseVideoInBackground: flag })),
  'dynacast stopLocalTrackOnUnpublish disconnectOnPageLeave singlePeerConnection': flag,
  audioCaptureDefaults: AUDIO_CAPTURE,
  videoCaptureDefaults: VIDEO_CAPTURE,
  publishDefaults: PUBLISH_DEFAULTS,
  audioOutput: table({ deviceId: text }),
  reconnectPolicy: policy,
  idleTimeoutMs: count,
  giveUpAfterMs: count,
  regions: either(no, table({ urls: texts, allowedHosts: hosts, endpoint: text })),
  allowInsecure: flag,
  plugins,
  logConnectionRetries: table({ warnFromAttempt: count }),
  webSocket: callable,
  expSignalLatency: amount,
  webAudioMix: either(flag, object),
  loggerName: text,
  'e2ee encryption frameMetadata packetTrailer dataStream': any,
});
export const CONNECT = table({
  'autoSubscribe disableIceLite subscriberAllowPause': flag,
  'peerConnectionTimeout websocketTimeout connectTimeoutMs maxRetries': count,
  rtcConfig: object,
  signal,
});
export const DEFAULT_POLICY = table({
  'joinsPerSecond burst strangers remoteShare localShare singleShare maxFirstWindowMs maxLocalWindowMs spreadMs': amount,
  // With 0 every retry would come at once.
  'retryWindowMs maxBackoff': atLeastOne,
});
export const JITTER_POLICY = table({ delaysMs: amounts, jitter: kind('a number from 0 to 1', (value) => amount.test(value) && value <= 1) });

const IGNORED = [
  ...['expSignalLatency', 'webAudioMix', 'frameMetadata', 'packetTrailer', 'dataStream', 'preConnectBuffer', 'disableIceLite'],
  ...['subscriberAllowPause', 'backupCodec', 'backupCodecPolicy', 'loggerName'],
];
const REFUSED = ['e2ee', 'encryption'];
// Where code for livekit-client says "none" with null.
const NULLABLE = ['adaptiveStream', 'reconnectPolicy', 'topic', 'destinationIdentities', 'audio', 'video'];
const told = new Set();

/** The options, checked: a copy without keys that are undefined. `path` begins the key path in an error. */
export function read(value, of, path) {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError(`${path} must be an object`);
  const made = {};
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(of, key)) throw new TypeError(`${path}: unknown option "${key}"${suggestion(key, Object.keys(of))}`);
    if (value[key] === undefined || of[key] === unread || (value[key] === null && NULLABLE.includes(key))) continue;
    made[key] = readOne(value[key], of[key], `${path}.${key}`);
  }
  for (const key of Object.keys(made)) warn(key, made[key], path);
  return made;
}

function readOne(value, of, path) {
  if (Array.isArray(of)) {
    const fits = of.find((one) => (one.test ? one.test(value) : object.test(value)));
    if (!fits) throw new TypeError(`${path} must be ${of.map((one) => one.words ?? 'an object').join(' or ')}`);
    return readOne(value, fits, path);
  }
  if (!of.test) return read(value, of, path);
  if (!of.test(value)) throw new TypeError(`${path} must be ${of.words}`);
  // What the app does with its list afterwards changes nothing here; and getters throw here, not where the engine reads.
  if (Array.isArray(value)) return [...value];
  return of === object ? { ...value } : value;
}

function warn(key, value, path) {
  if (REFUSED.includes(key) && value !== null) throw new LivekitError('unsupported', `${path}.${key}: Rejoin does not encrypt end to end, and will not publish as if it did`);
  if (!IGNORED.includes(key) || value === false || told.has(key)) return;
  told.add(key);
  write('warn', `${path}.${key} has no effect in Rejoin`);
}

function suggestion(key, known) {
  const [near] = known.map((name) => [distance(key.toLowerCase(), name.toLowerCase()), name]).sort(([a], [b]) => a - b);
  return near && near[0] <= Math.max(2, key.length * 0.4) ? `: did you mean "${near[1]}"?` : '';
}

// Levenshtein's, row by row.
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
