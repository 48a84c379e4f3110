// How large the picture of a track is, where the browser does not say it before a frame was there.

/** The size of the first frame; undefined when none comes. */
export async function firstFrame(mediaStreamTrack, timeoutMs) {
  // An element shows a picture of two by two for what has ended (a muted camera).
  if (mediaStreamTrack.readyState === 'ended') return undefined;
  const element = document.createElement('video');
  element.muted = true;
  element.srcObject = new MediaStream([mediaStreamTrack]);
  let late;
  try {
    return await new Promise((resolve) => {
      late = setTimeout(resolve, timeoutMs);
      element.addEventListener('resize', () => resolve({ width: element.videoWidth, height: element.videoHeight }), { once: true });
      element.play().catch(() => undefined);
    });
  } finally {
    clearTimeout(late);
    element.srcObject = null;
  }
}
