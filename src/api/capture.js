// Captures camera, microphone and screen.
import { isSafari } from './browser.js';
import { constraintsFor, displayFor, unwrap } from './constraints.js';
import { asked, mediaDevices } from './devices.js';
import { DeviceUnsupportedError, TrackInvalidError } from './errors.js';
import { LocalAudioTrack } from './local_audio_track.js';
import { LocalVideoTrack } from './local_video_track.js';
import { ScreenSharePresets, VideoPresets } from './presets.js';
import { CREATE, SCREEN_CAPTURE, read } from './strict.js';
import { Track } from './track.js';

const DEFAULTS = {
  audio: { autoGainControl: true, echoCancellation: true, noiseSuppression: true, voiceIsolation: true },
  video: { resolution: VideoPresets.h720.resolution },
};
const SOURCES = { audio: Track.Source.Microphone, video: Track.Source.Camera };

/** Captures microphone and camera with one question to the user. A device that is named must be there, or another is taken. */
export async function createLocalTracks(options) {
  const wanted = Object.fromEntries(Object.entries(read(options, CREATE, 'capture options')).filter(([, asked]) => asked));
  const named = Object.values(wanted).some(({ deviceId }) => typeof deviceId === 'string');
  try {
    return await capture(wanted, 'exact');
  } catch (error) {
    if (!named) throw error;
    return capture(wanted, 'ideal');
  }
}

export async function createLocalVideoTrack(options = true) {
  const [track] = await createLocalTracks({ video: options });
  return track;
}

export async function createLocalAudioTrack(options = true) {
  const [track] = await createLocalTracks({ audio: options });
  return track;
}

/** Captures a screen, a window or a tab; with `audio` its sound as well, where the browser can. */
export async function createLocalScreenTracks(given) {
  const options = read(given, SCREEN_CAPTURE, 'screen capture options');
  if (!globalThis.navigator?.mediaDevices?.getDisplayMedia) throw new DeviceUnsupportedError('this browser cannot capture a screen');
  // Safari 17 refuses a size.
  const resolution = options.resolution ?? (isSafari ? undefined : ScreenSharePresets.h1080fps30.resolution);
  const stream = await navigator.mediaDevices.getDisplayMedia(displayFor({ ...options, resolution }, isSafari));
  const [picture] = stream.getVideoTracks();
  const [sound] = stream.getAudioTracks();
  if (!picture) throw new TrackInvalidError('the screen was captured without a picture');
  if (options.contentHint) picture.contentHint = options.contentHint;
  const screen = new LocalVideoTrack(picture, undefined, false);
  screen.source = Track.Source.ScreenShare;
  if (!sound) return [screen];
  const audio = new LocalAudioTrack(sound, undefined, false);
  audio.source = Track.Source.ScreenShareAudio;
  return [screen, audio];
}

async function capture(wanted, how) {
  const devices = mediaDevices();
  const constraints = Object.fromEntries(Object.entries(wanted).map(([kind, options]) => [kind, constraintsOf(kind, options, how)]));
  const stream = await asked(devices.getUserMedia(constraints));
  try {
    return await Promise.all(stream.getTracks().map((media) => localTrack(media, constraints[media.kind], wanted[media.kind])));
  } catch (error) {
    // Without its processor a camera shows more than its user wants: then there is no track, and nothing stays on.
    stream.getTracks().forEach((media) => media.stop());
    throw error;
  }
}

function constraintsOf(kind, options, how) {
  const given = Object.fromEntries(Object.entries(options === true ? {} : options).filter(([, value]) => value !== undefined));
  const { deviceId = 'default' } = given;
  return constraintsFor(kind, { ...DEFAULTS[kind], ...given, deviceId: typeof deviceId === 'string' && deviceId !== 'default' ? { [how]: deviceId } : deviceId });
}

async function localTrack(media, constraints, { processor }) {
  // From now on the device that the user chose: capturing again asks for the same one.
  const { deviceId } = media.getSettings();
  if (deviceId && unwrap(constraints.deviceId) !== deviceId) constraints.deviceId = deviceId;
  const track = media.kind === 'audio' ? new LocalAudioTrack(media, constraints, false) : new LocalVideoTrack(media, constraints, false);
  track.source = SOURCES[media.kind];
  if (processor) await track.setProcessor(processor);
  return track;
}
