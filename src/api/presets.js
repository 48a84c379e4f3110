// Sizes and bitrates by name, with livekit-client's figures.

export class VideoPreset {
  constructor(widthOrOptions, height, maxBitrate, maxFramerate, priority) {
    if (typeof widthOrOptions === 'object') {
      const { width, height, aspectRatio, maxBitrate, maxFramerate, priority } = widthOrOptions;
      Object.assign(this, { encoding: { maxBitrate, maxFramerate, priority }, width, height, aspectRatio });
    } else if (height !== undefined && maxBitrate !== undefined) {
      Object.assign(this, { encoding: { maxBitrate, maxFramerate, priority }, width: widthOrOptions, height, aspectRatio: widthOrOptions / height });
    } else {
      throw new TypeError('VideoPreset: width, height and maxBitrate are needed');
    }
  }

  get resolution() {
    return { width: this.width, height: this.height, frameRate: this.encoding.maxFramerate, aspectRatio: this.aspectRatio };
  }
}

const presets = (rows, priority) => Object.fromEntries(Object.entries(rows).map(([name, [width, height, kbps, fps]]) => [name, new VideoPreset(width, height, kbps * 1_000, fps, priority)]));
const bitrates = (rows) => Object.fromEntries(Object.entries(rows).map(([name, kbps]) => [name, { maxBitrate: kbps * 1_000 }]));

export const VideoPresets = presets({
  h90: [160, 90, 90, 20],
  h180: [320, 180, 160, 20],
  h216: [384, 216, 180, 20],
  h360: [640, 360, 450, 20],
  h540: [960, 540, 800, 25],
  h720: [1280, 720, 1_700, 30],
  h1080: [1920, 1080, 3_000, 30],
  h1440: [2560, 1440, 5_000, 30],
  h2160: [3840, 2160, 8_000, 30],
});

export const VideoPresets43 = presets({
  h120: [160, 120, 70, 20],
  h180: [240, 180, 125, 20],
  h240: [320, 240, 140, 20],
  h360: [480, 360, 330, 20],
  h480: [640, 480, 500, 20],
  h540: [720, 540, 600, 25],
  h720: [960, 720, 1_300, 30],
  h1080: [1440, 1080, 2_300, 30],
  h1440: [1920, 1440, 3_800, 30],
});

export const ScreenSharePresets = presets(
  {
    h360fps3: [640, 360, 200, 3],
    h360fps15: [640, 360, 400, 15],
    h720fps5: [1280, 720, 800, 5],
    h720fps15: [1280, 720, 1_500, 15],
    h720fps30: [1280, 720, 2_000, 30],
    h1080fps15: [1920, 1080, 2_500, 15],
    h1080fps30: [1920, 1080, 5_000, 30],
    original: [0, 0, 7_000, 30],
  },
  'medium',
);

export const AudioPresets = bitrates({ telephone: 12, speech: 24, music: 48, musicStereo: 64, musicHighQuality: 96, musicHighQualityStereo: 128 });

/** What the server may do when somebody cannot receive the codec of a track. */
export const BackupCodecPolicy = Object.freeze({ 0: 'PREFER_REGRESSION', 1: 'SIMULCAST', 2: 'REGRESSION', PREFER_REGRESSION: 0, SIMULCAST: 1, REGRESSION: 2 });
