// What can be captured and played on. Browsers hide names, and sometimes devices, until the user has said yes.

import { DeviceUnsupportedError } from './errors.js';

/** Questions to the user that are not answered yet: asking at the same time fails on iOS. */
const asking = new Set();
/** The list as it was the last time. */
let known = [];

export const knownDevices = () => known;

/** What there is to capture with. */
export function mediaDevices() {
  const { mediaDevices: devices } = globalThis.navigator ?? {};
  if (!devices?.getUserMedia) throw new DeviceUnsupportedError('this page cannot capture: it has no media devices, or is not served securely');
  return devices;
}

/** Remembers a question until it is answered; passes the promise on. */
export function asked(promise) {
  asking.add(promise);
  promise.catch(() => undefined).finally(() => asking.delete(promise));
  return promise;
}

/** The devices of a kind, or all. Asks the user when names are missing, unless it must not. */
export async function getLocalDevices(kind, requestPermissions = true) {
  await Promise.allSettled(asking);
  const host = mediaDevices();
  const list = async () => {
    known = await host.enumerateDevices();
    return known.filter((device) => !kind || device.kind === kind);
  };
  const devices = await list();
  if (!requestPermissions || (devices.length && devices.every(({ label }) => label))) return devices;
  const stream = await asked(
    host.getUserMedia({
      video: kind !== 'audioinput' && kind !== 'audiooutput',
      audio: kind !== 'videoinput' && { deviceId: { ideal: 'default' } },
    }),
  );
  try {
    return await list();
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** The device behind "default", as far as it can be told. */
export async function realDeviceId(kind, deviceId, groupId) {
  if (deviceId !== 'default') return deviceId;
  const devices = await getLocalDevices(kind);
  const group = groupId ?? devices.find((device) => device.deviceId === 'default')?.groupId;
  return devices.find((device) => device.deviceId !== 'default' && device.groupId === group)?.deviceId;
}
