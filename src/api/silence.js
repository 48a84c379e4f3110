// Listens to a microphone for a moment.

const LISTEN_MS = 200;

/** Whether nothing was heard. False where the browser does not let a page listen. */
export async function isSilent(mediaStreamTrack) {
  if (!globalThis.AudioContext) return false;
  const context = new AudioContext();
  try {
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([mediaStreamTrack])).connect(analyser);
    // A page that was not clicked may wait for ever.
    await Promise.race([context.resume().catch(() => undefined), wait(LISTEN_MS)]);
    if (context.state !== 'running') return false;
    await wait(LISTEN_MS);
    const samples = new Uint8Array(analyser.fftSize);
    analyser.getByteTimeDomainData(samples);
    return samples.every((sample) => sample === 128 || sample === 0);
  } finally {
    context.close().catch(() => undefined);
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
