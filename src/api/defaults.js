// What options are when the app does not say: livekit-client's values.

const CAPTURE_DEVICE = { ideal: 'default' };

/** Room options with every default filled in; `given` were read before. */
export function withDefaults(given) {
  return {
    adaptiveStream: false,
    dynacast: false,
    stopLocalTrackOnUnpublish: true,
    disconnectOnPageLeave: true,
    singlePeerConnection: true,
    webAudioMix: false,
    ...given,
    audioCaptureDefaults: {
      deviceId: CAPTURE_DEVICE,
      autoGainControl: true,
      echoCancellation: true,
      noiseSuppression: true,
      voiceIsolation: true,
      ...given.audioCaptureDefaults,
    },
    videoCaptureDefaults: {
      deviceId: CAPTURE_DEVICE,
      resolution: { width: 1280, height: 720, frameRate: 30, aspectRatio: 16 / 9 },
      ...given.videoCaptureDefaults,
    },
    publishDefaults: {
      audioPreset: { maxBitrate: 48_000 },
      dtx: true,
      red: true,
      forceStereo: false,
      simulcast: true,
      screenShareEncoding: { maxBitrate: 2_500_000, maxFramerate: 15, priority: 'medium' },
      stopMicTrackOnMute: false,
      videoCodec: 'vp8',
      backupCodec: true,
      ...given.publishDefaults,
    },
  };
}
