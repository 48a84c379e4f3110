// Where a camera looks, as far as it can be known.
import { isLocalTrack } from './kinds.js';

const MODES = ['user', 'environment', 'left', 'right'];
// Labels of cameras that do not tell their mode, or a part of them.
const AWAY = /^obs virtual camera$|iphone|ipad/;

/** `{ facingMode, confidence }` of a local track, or of a media track of the browser. */
export function facingModeFromLocalTrack(localTrack, { defaultFacingMode = 'user' } = {}) {
  const track = isLocalTrack(localTrack) ? localTrack.mediaStreamTrack : localTrack;
  const { facingMode } = track.getSettings();
  if (MODES.includes(facingMode)) return { facingMode, confidence: 'high' };
  return facingModeFromDeviceLabel(track.label) ?? { facingMode: defaultFacingMode, confidence: 'low' };
}

/** The same by a camera's name alone; `undefined` when it says nothing. */
export const facingModeFromDeviceLabel = (label) => (AWAY.test(label.trim().toLowerCase()) ? { facingMode: 'environment', confidence: 'medium' } : undefined);
