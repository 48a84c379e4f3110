// Types of facing_mode.js.
import type { LocalTrack } from './local_track.js';

export interface FacingModeFromLocalTrackReturnValue {
  facingMode: 'user' | 'environment' | 'left' | 'right';
  /** `high`: the browser says so. `medium`: by the camera's name. `low`: the default. */
  confidence: 'high' | 'medium' | 'low';
}
/** Where the camera of this track looks. `defaultFacingMode` when nothing tells. @default 'user' */
export declare function facingModeFromLocalTrack(
  localTrack: LocalTrack | MediaStreamTrack,
  options?: { defaultFacingMode?: FacingModeFromLocalTrackReturnValue['facingMode'] },
): FacingModeFromLocalTrackReturnValue;
/** The same by the camera's name alone; `undefined` when it says nothing. */
export declare function facingModeFromDeviceLabel(deviceLabel: string): FacingModeFromLocalTrackReturnValue | undefined;
