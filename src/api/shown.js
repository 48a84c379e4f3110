// Elements that have shown a track before.
import { attachToElement } from './track.js';

/** Shows the track's media, which may be other media now: whether the element plays and is heard is the app's business since. */
export function showAgain(track, element) {
  const { muted, paused } = element;
  attachToElement(track, element);
  element.muted = muted;
  if (!paused) return;
  // Chromium shows what is new in an element that is paused, until it is paused once more.
  element.play().catch(() => undefined);
  element.pause();
}
