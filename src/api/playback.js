// Whether the browser lets the remote tracks play, and how an app gets it to: a call from within a click.

export class Playback {
  audio = true;
  video = true;
  #room;

  constructor(room) {
    this.#room = room;
  }

  watch(track) {
    const [kind, started, failed] = track.kind === 'audio' ? ['audio', 'audioPlaybackStarted', 'audioPlaybackFailed'] : ['video', 'videoPlaybackStarted', 'videoPlaybackFailed'];
    track.on(started, () => this.#set(kind, true));
    track.on(failed, () => this.#set(kind, false));
  }

  async startAudio() {
    await this.#play('audio', (element) => {
      element.muted = false;
    });
  }

  /** Does not reject: a video that cannot play for another reason is not blocked. */
  async startVideo() {
    await this.#play('video').catch(() => undefined);
  }

  async #play(kind, prepare) {
    // Whose media flows has an object: none is made for the others of a large room.
    const maps = this.#room._known.filter(({ _looked }) => _looked).map((participant) => participant[`${kind}TrackPublications`]);
    const elements = new Set(maps.flatMap((map) => [...map.values()]).flatMap((publication) => publication.track?.attachedElements ?? []));
    try {
      await Promise.all(
        [...elements].map((element) => {
          prepare?.(element);
          return element.play();
        }),
      );
      this.#set(kind, true);
    } catch (error) {
      if (kind === 'audio' || error.name === 'NotAllowedError') this.#set(kind, false);
      throw error;
    }
  }

  #set(kind, can) {
    if (this[kind] === can) return;
    this[kind] = can;
    this.#room.emit(`${kind}PlaybackChanged`, can);
  }
}
