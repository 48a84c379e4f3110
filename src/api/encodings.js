// Layers and bitrates of a video track that is published, with livekit-client's rules and figures.
import { isFirefox } from './browser.js';
import { isSVCCodec } from './codecs.js';
import { ScreenSharePresets, VideoPreset, VideoPresets, VideoPresets43 } from './presets.js';

const RIDS = ['q', 'h', 'f'];
// Presets are meant for VP8; these need less for the same picture.
const THRIFT = { av1: 0.7, h265: 0.7, vp9: 0.85 };

/** `sendEncodings` for a picture of this size. */
export function encodingsFor(screen, { width, height }, { simulcast, scalabilityMode, videoCodec, ...options }) {
  const chosen = screen ? options.screenShareEncoding : options.videoEncoding;
  if (!chosen && !simulcast && !scalabilityMode) return [{}];
  const encoding = chosen ?? appropriate(screen, width, height, videoCodec);
  const svc = scalabilityMode && isSVCCodec(videoCodec);
  if (svc) return [withPriority({ maxBitrate: encoding.maxBitrate, maxFramerate: encoding.maxFramerate, scalabilityMode }, encoding.priority)];
  if (!simulcast) return [encoding];
  const original = new VideoPreset(width, height, encoding.maxBitrate, encoding.maxFramerate, encoding.priority);
  const lower = sorted(screen ? options.screenShareSimulcastLayers : options.videoSimulcastLayers) ?? defaultLayers(screen, original);
  const size = Math.max(width, height);
  const [low, middle] = lower;
  // Smallest first: a browser that runs out of power drops the last ones.
  const layers = size >= 960 && middle ? [low, middle, original] : size >= 480 && low ? [low, original] : [original];
  return layers.map((preset, n) => layer(preset, n, Math.min(width, height), layers.length > 1 ? encoding.maxFramerate : undefined));
}

/** The layers as the server is told them: quality (0 low, 2 high), size, bitrate. */
export function layersOf({ width, height }, encodings) {
  const [{ scalabilityMode, maxBitrate = 0 }] = encodings;
  const [, spatial, ratio] = scalabilityMode?.match(/^L(\d)T\d(h?)/) ?? [];
  if (spatial) {
    const step = ratio ? 1.5 : 2;
    return Array.from({ length: Number(spatial) }, (_, n) => ({
      quality: Math.min(2, spatial - 1) - n,
      width: Math.ceil(width / step ** n),
      height: Math.ceil(height / step ** n),
      bitrate: Math.ceil(maxBitrate / (ratio ? 2 : 3) ** n),
    }));
  }
  return encodings.map(({ rid, scaleResolutionDownBy = 1, maxBitrate: bitrate = 0 }) => ({
    quality: { q: 0, h: 1 }[rid] ?? 2,
    width: Math.ceil(width / scaleResolutionDownBy),
    height: Math.ceil(height / scaleResolutionDownBy),
    bitrate,
  }));
}

function layer({ width, height, encoding: { maxBitrate, maxFramerate, priority } }, n, shorter, highest) {
  const made = { rid: RIDS[n], scaleResolutionDownBy: Math.max(1, shorter / Math.min(width, height)), maxBitrate };
  // A lower layer must not raise the frame rate of the whole.
  const fps = highest && maxFramerate ? Math.min(highest, maxFramerate) : maxFramerate;
  if (fps) made.maxFramerate = fps;
  // Others take a priority in the first encoding only.
  return n === 0 || isFirefox ? withPriority(made, priority) : made;
}

const withPriority = (encoding, priority) => (priority ? { ...encoding, priority, networkPriority: priority } : encoding);

const wide = (width, height) => {
  const aspect = Math.max(width, height) / Math.min(width, height);
  return Math.abs(aspect - 16 / 9) < Math.abs(aspect - 4 / 3);
};

function appropriate(screen, width, height, codec) {
  const presets = Object.values(screen ? ScreenSharePresets : wide(width, height) ? VideoPresets : VideoPresets43);
  const size = Math.max(width, height);
  const { encoding } = presets.find((preset) => preset.width >= size) ?? presets.at(-1);
  return THRIFT[codec] ? { ...encoding, maxBitrate: encoding.maxBitrate * THRIFT[codec] } : encoding;
}

function defaultLayers(screen, { width, height, encoding: { maxBitrate, maxFramerate, priority } }) {
  if (screen) return [new VideoPreset(Math.floor(width / 2), Math.floor(height / 2), Math.max(150_000, Math.floor(maxBitrate / 4)), maxFramerate, priority)];
  const { h180, h360 } = wide(width, height) ? VideoPresets : VideoPresets43;
  return [h180, h360];
}

const sorted = (presets) => presets && [...presets].sort((a, b) => a.encoding.maxBitrate - b.encoding.maxBitrate || (a.encoding.maxFramerate ?? 0) - (b.encoding.maxFramerate ?? 0));
