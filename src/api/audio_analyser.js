// How loud a track is, measured in the browser.

/** `{ analyser, calculateVolume, cleanup }`: see the types. */
export function createAudioAnalyser(track, options) {
  const { cloneTrack, ...settings } = { cloneTrack: false, fftSize: 2048, smoothingTimeConstant: 0.8, minDecibels: -100, maxDecibels: -80, ...options };
  const context = new AudioContext();
  const heard = cloneTrack ? track.mediaStreamTrack.clone() : track.mediaStreamTrack;
  const source = context.createMediaStreamSource(new MediaStream([heard]));
  const analyser = new AnalyserNode(context, settings);
  source.connect(analyser);
  const loudness = new Uint8Array(analyser.frequencyBinCount);
  let clean;
  return {
    analyser,
    calculateVolume() {
      analyser.getByteFrequencyData(loudness);
      return Math.sqrt(loudness.reduce((sum, each) => sum + (each / 255) ** 2, 0) / loudness.length);
    },
    cleanup() {
      clean ??= (() => {
        source.disconnect();
        analyser.disconnect();
        if (cloneTrack) heard.stop();
        return context.close();
      })();
      return clean;
    },
  };
}
