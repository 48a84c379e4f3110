// What a connected room listens to outside of itself: devices that come and go, the page that is left. Nothing is
// listened to before `connect()` and after the end. The network's own events are the engine's business.

export class Surroundings {
  /** What `disconnect()` was told; an end that the app did not ask for keeps to the room's option. */
  stopTracks;
  #room;
  #watch;

  constructor(room) {
    this.#room = room;
  }

  watch() {
    if (this.#watch) return;
    this.#watch = new AbortController();
    this.stopTracks = this.#room.options.stopLocalTrackOnUnpublish ?? true;
    const { signal } = this.#watch;
    const room = this.#room;
    globalThis.navigator?.mediaDevices?.addEventListener?.('devicechange', () => room.emit('mediaDevicesChanged'), { signal });
    if (room.options.disconnectOnPageLeave && globalThis.document) {
      globalThis.addEventListener('pagehide', () => room.disconnect().catch(() => undefined), { signal });
    }
  }

  end() {
    this.#watch?.abort();
    this.#watch = undefined;
  }
}
