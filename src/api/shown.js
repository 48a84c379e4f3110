// Elements that have shown a track before.
import { attachToElement } from './track.js';

/** Shows the track's media, which may be other media now: whether the element is heard is the app's business since. */
export function showAgain(track, element) {
  const { muted } = element;
  attachToElement(track, element);
  element.muted = muted;
}
