// Which device is in use. `room.switchActiveDevice`: tracks that are published move to the device, those captured later
// begin with it.
import { isMobile, isSafari } from './browser.js';
import { getLocalDevices, knownDevices } from './devices.js';
import { DeviceUnsupportedError } from './errors.js';

const INPUTS = { audioinput: ['audioCaptureDefaults', 'microphone'], videoinput: ['videoCaptureDefaults', 'camera'] };

/** True when every track that is captured moved. */
export async function switchDevice(room, kind, deviceId, exact) {
  if (typeof deviceId !== 'string') throw new TypeError('switchActiveDevice: deviceId must be a text');
  if (kind === 'audiooutput') return switchOutput(room, deviceId);
  if (!INPUTS[kind]) throw new TypeError(`switchActiveDevice: unknown kind "${kind}" (audioinput, videoinput or audiooutput)`);
  const [defaultsName, source] = INPUTS[kind];
  const defaults = room.options[defaultsName];
  const before = defaults.deviceId;
  defaults.deviceId = exact ? { exact: deviceId } : deviceId;
  const publications = room.localParticipant.getTrackPublications().filter((publication) => publication.source === source);
  try {
    const moved = await Promise.all(publications.map(({ track }) => track?.setDeviceId(defaults.deviceId)));
    const success = moved.every((one) => one === true);
    // A track that is captured tells by itself which device it got; otherwise the wish is what is known.
    if (success && !publications.some(({ track }) => track && !track.isMuted)) activate(room, kind, deviceId);
    return success;
  } catch (error) {
    defaults.deviceId = before;
    throw error;
  }
}

async function switchOutput(room, deviceId) {
  if (!('setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {}))) throw new DeviceUnsupportedError('switchActiveDevice: this browser cannot choose an audio output');
  const before = room.options.audioOutput;
  room.options.audioOutput = { deviceId };
  try {
    await Promise.all([...room.remoteParticipants.values()].map((participant) => participant.setAudioOutput({ deviceId })));
  } catch (error) {
    room.options.audioOutput = before;
    throw error;
  }
  activate(room, 'audiooutput', deviceId);
  return true;
}

/** Devices came or went: the app is told, after the first of a kind took the place of one that is gone, or was first before. */
export async function devicesChanged(room) {
  if (!room) return;
  // What comes first on iOS is chance.
  if (!(isSafari && isMobile)) await replaceDevices(room).catch(() => undefined);
  room.emit('mediaDevicesChanged');
}

async function replaceDevices(room) {
  const before = knownDevices();
  const now = await getLocalDevices(undefined, false);
  for (const kind of ['audiooutput', ...Object.keys(INPUTS)]) {
    const [first, ...others] = now.filter((device) => device.kind === kind);
    const was = before.find((device) => device.kind === kind);
    const active = room.getActiveDevice(kind);
    const { isUserProvided } = room.localParticipant.getTrackPublication(INPUTS[kind]?.[1])?.track ?? {};
    if (!first?.deviceId || isUserProvided) continue;
    // Other tracks tell by themselves that their device is gone.
    const watched = kind === (isSafari ? 'audioinput' : 'audiooutput') && active !== 'default';
    const lost = watched && !others.some(({ deviceId }) => deviceId === active);
    if (first.deviceId !== active && (lost || was?.deviceId === active)) await switchDevice(room, kind, first.deviceId, true);
    // The system has chosen another default.
    else if (active === 'default' && first.deviceId === active && was?.label && was.label !== first.label) room.emit('activeDeviceChanged', kind, active);
  }
}

/** Another device is in use. */
export function activate(room, kind, deviceId) {
  room.localParticipant._devices.set(kind, deviceId);
  room.emit('activeDeviceChanged', kind, deviceId);
}
