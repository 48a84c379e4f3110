// What the server is told of a local track, and how it is to be sent: from publish options, as livekit-client reads them.
import { encodes, isFirefox } from './browser.js';
import { isSVCCodec } from './codecs.js';
import { encodingsFor, layersOf } from './encodings.js';
import { supportsAV1, supportsVP9 } from './support.js';

// AudioTrackFeature of the protocol.
const STEREO = 0;
const NO_DTX = 1;
const CAPTURED = { autoGainControl: 2, echoCancellation: 3, noiseSuppression: 4 };
const SOURCES = ['unknown', 'camera', 'microphone', 'screen_share', 'screen_share_audio'];
const PREFERENCES = { camera: 'maintain-framerate', screen_share: 'maintain-resolution' };
// The bandwidth estimator begins here rather than at its own 300; a higher start would flood slow links, but a shared
// screen cannot be read before its bitrate is there.
const START_KBPS = 1_000;
const LEAST_START_KBPS = 300;
const START_BY_NETWORK = { 'slow-2g': 300, '2g': 300, '3g': 500 };

/** The request of `RoomCore.publish`. May change `options` as the track and the browser demand. */
export async function describe(track, options, roomOptions) {
  const request = {
    name: options.name ?? '',
    kind: track.kind === 'audio' ? 0 : 1,
    source: Math.max(0, SOURCES.indexOf(track.source)),
    muted: track.isMuted,
    stream: options.stream ?? '',
    streams: track.mediaStream ? [track.mediaStream] : [],
  };
  return { ...request, ...(track.kind === 'audio' ? audio(track, options) : await video(track, options, roomOptions)) };
}

function audio(track, options) {
  if (options.stopMicTrackOnMute) track.stopOnMute = true;
  const settings = track.getSourceTrackSettings();
  const { forceStereo: stereo, dtx, red, audioPreset } = options;
  const priority = audioPreset?.priority ?? 'high';
  return {
    stereo,
    disableDtx: !dtx,
    disableRed: !red,
    features: [
      ...Object.keys(CAPTURED).filter((name) => settings[name]).map((name) => CAPTURED[name]),
      ...(settings.channelCount > 1 ? [STEREO] : []),
      ...(dtx ? [] : [NO_DTX]),
    ],
    encodings: [{ maxBitrate: audioPreset?.maxBitrate, priority, networkPriority: priority }],
  };
}

async function video(track, options, { videoCaptureDefaults }) {
  const screen = track.source === 'screen_share';
  // No data comes on the lowest layer of a shared screen there.
  if (screen && isFirefox) options.simulcast = false;
  options.videoCodec = sendable(options.videoCodec);
  track.codec = options.videoCodec;
  if (isSVCCodec(options.videoCodec)) {
    if (screen) {
      options.scalabilityMode = 'L1T3';
      // Chromium encodes a shared screen with these codecs well only on the path that it takes for cameras.
      track.mediaStreamTrack.contentHint = 'motion';
    }
    options.scalabilityMode ??= 'L3T3_KEY';
  }
  const dimensions = await track.waitForDimensions().catch(() => {
    const { width, height } = videoCaptureDefaults?.resolution ?? { width: 1280, height: 720 };
    return { width, height };
  });
  const encodings = encodingsFor(screen, dimensions, options);
  const kbps = encodings.reduce((sum, { maxBitrate = 0 }) => sum + maxBitrate, 0) / 1_000;
  return {
    ...dimensions,
    codec: options.videoCodec,
    layers: layersOf(dimensions, encodings),
    encodings,
    degradationPreference: options.degradationPreference ?? PREFERENCES[track.source] ?? 'balanced',
    startKbps: startKbps(kbps, screen),
  };
}

function startKbps(kbps, screen) {
  if (kbps < LEAST_START_KBPS) return 0;
  const start = Math.round(kbps * 0.9);
  return screen ? start : Math.min(start, START_BY_NETWORK[globalThis.navigator?.connection?.effectiveType] ?? START_KBPS);
}

// A codec that this browser cannot send, or not in layers, gives way to the one that all can.
const SENDABLE = { av1: supportsAV1, vp9: supportsVP9 };
const sendable = (codec) => ((SENDABLE[codec] ?? encodes)(codec) ? codec : 'vp8');
