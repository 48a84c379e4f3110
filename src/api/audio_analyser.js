// How loud a track is, measured in the browser.

/** `{ analyser, calculateVolume, cleanup }`: see the types. */
export function createAudioAnalyser(track, options) {
  const { cloneTrack, ...settings } = { cloneTrack: false, fftSize: 2048, smoothingTimeConstant: 0.8, minDecibels: -100, maxDecibels: -80, ...options };
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, settings);
  const loudness = new Uint8Array(analyser.frequencyBinCount);
  let heard;
  let source;
  let clean;
  const release = () => {
    source?.disconnect();
    if (cloneTrack) heard?.stop();
  };
  const listen = () => {
    release();
    heard = cloneTrack ? track.mediaStreamTrack.clone() : track.mediaStreamTrack;
    source = context.createMediaStreamSource(new MediaStream([heard]));
    source.connect(analyser);
  };
  listen();
  // Another device, or a new transport.
  track.on('restarted', listen);
  return {
    analyser,
    calculateVolume() {
      analyser.getByteFrequencyData(loudness);
      return Math.sqrt(loudness.reduce((sum, each) => sum + (each / 255) ** 2, 0) / loudness.length);
    },
    cleanup() {
      clean ??= (() => {
        track.off('restarted', listen);
        release();
        analyser.disconnect();
        return context.close();
      })();
      return clean;
    },
  };
}
