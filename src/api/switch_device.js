// `room.switchActiveDevice`: tracks that are published move to the device, those captured later begin with it.

const INPUTS = { audioinput: ['audioCaptureDefaults', 'microphone'], videoinput: ['videoCaptureDefaults', 'camera'] };

/** True when every track that is captured moved. */
export async function switchDevice(room, kind, deviceId, exact) {
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
    if (success) activate(room, kind, deviceId);
    return success;
  } catch (error) {
    defaults.deviceId = before;
    throw error;
  }
}

async function switchOutput(room, deviceId) {
  if (!('setSinkId' in globalThis.HTMLMediaElement.prototype)) throw new Error('switchActiveDevice: this browser cannot choose an audio output');
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

function activate(room, kind, deviceId) {
  if (room.localParticipant._devices.get(kind) === deviceId) return;
  room.localParticipant._devices.set(kind, deviceId);
  room.emit('activeDeviceChanged', kind, deviceId);
}
