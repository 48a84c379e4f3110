// From capture options to what the browser is asked for.

const DEVICE = { ideal: 'default' };

/** Constraints of one kind of track. */
export function constraintsFor(kind, { resolution, processor: _, ...options }) {
  const made = { ...(kind === 'video' ? resolution : undefined), ...options };
  made.deviceId ??= DEVICE;
  return made;
}

/** What `getDisplayMedia` is asked for. */
export function displayFor({ resolution, audio = false, video = true, contentHint: _, suppressLocalAudioPlayback, ...others }, safari) {
  const asked = { audio, video, ...others };
  if (suppressLocalAudioPlayback !== undefined) asked.audio = audio && { ...(audio === true ? {} : audio), suppressLocalAudioPlayback };
  const { width, height, frameRate } = resolution ?? {};
  if (width > 0 && height > 0) {
    const bound = (value) => (safari ? { max: value } : { ideal: value });
    asked.video = { ...(video === true ? {} : video), width: bound(width), height: bound(height), frameRate };
  }
  return asked;
}

/** The one value that a constraint names. */
export const unwrap = (constraint) => {
  const value = Array.isArray(constraint) ? constraint[0] : constraint;
  return typeof value === 'object' && value ? unwrap(value.exact ?? value.ideal) : value;
};
