// What a room listens to outside of itself: while it is connected the page that is left, and devices that come and go;
// those also while somebody listens to it for them. Nothing here keeps a room alive that is not connected. The network's
// own events are the engine's business.
import { devicesChanged } from './switch_device.js';

const CHANGED = 'mediaDevicesChanged';
// A room that was collected watches no more.
const gone = globalThis.FinalizationRegistry && new FinalizationRegistry((devices) => devices.abort());

export class Surroundings {
  /** What `disconnect()` was told; an end that the app did not ask for keeps to the room's option. */
  stopTracks;
  #room;
  #watch;
  #devices;

  constructor(room) {
    this.#room = room;
  }

  watch() {
    if (this.#watch) return;
    this.#watch = new AbortController();
    this.stopTracks = this.#room.options.stopLocalTrackOnUnpublish ?? true;
    const { signal } = this.#watch;
    const room = this.#room;
    if (room.options.disconnectOnPageLeave && globalThis.document) {
      // The second does not wait for data to arrive: the page will not be there.
      globalThis.addEventListener('pagehide', () => Promise.allSettled([room.disconnect(), room.disconnect()]), { signal });
    }
    this.listened(CHANGED);
  }

  end() {
    this.#watch?.abort();
    this.#watch = undefined;
    this.listened(CHANGED);
  }

  /** Listeners of an event of the room came or went. */
  listened(event) {
    const { mediaDevices } = globalThis.navigator ?? {};
    if (event !== CHANGED || !mediaDevices?.addEventListener) return;
    const wanted = this.#watch || this.#room.listenerCount(CHANGED) > 0;
    if (wanted && !this.#devices) {
      const devices = new AbortController();
      const room = new WeakRef(this.#room);
      mediaDevices.addEventListener('devicechange', () => devicesChanged(room.deref()), { signal: devices.signal });
      gone?.register(this.#room, devices, devices);
      this.#devices = devices;
    } else if (!wanted && this.#devices) {
      gone?.unregister(this.#devices);
      this.#devices.abort();
      this.#devices = undefined;
    }
  }
}
