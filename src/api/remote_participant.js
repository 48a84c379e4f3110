// Somebody else in the room.
import * as ASK from './ask.js';
import { Participant } from './participant.js';
import { RemoteTrackPublication } from './remote_publication.js';
import { audible } from './volume.js';

export class RemoteParticipant extends Participant {
  /** @internal Where its audio is played, if the app has chosen. */
  _output;
  #volumes = new Map();

  getTrackPublicationBySid(sid) {
    return this.trackPublications.get(sid);
  }

  /** How loud its microphone (or screen) is played, 0 to 1; also for tracks that come later. */
  setVolume(volume, source = 'microphone') {
    this.#volumes.set(source, audible(volume));
    this.getTrackPublication(source)?.track?.setVolume?.(volume);
  }

  getVolume(source = 'microphone') {
    return this.getTrackPublication(source)?.track?.getVolume?.() ?? this.#volumes.get(source);
  }

  /** Where its audio is played: `{ deviceId }` of an audio output; also tracks that come later. */
  async setAudioOutput({ deviceId = 'default' }) {
    const tracks = [...this.audioTrackPublications.values()].map((publication) => publication.track);
    await Promise.all(tracks.map((track) => track?.setSinkId?.(deviceId)));
    this._output = { deviceId };
  }

  /** @internal */
  _volumeOf(track) {
    if (this.#volumes.has(track.source)) track.setVolume?.(this.#volumes.get(track.source));
  }

  /** @internal A publication's object: the one there is, or a new one; with its last facts if it is gone already. */
  _make(sid, facts) {
    const known = this.trackPublications.get(sid);
    if (known) return known;
    const publication = new RemoteTrackPublication(this, sid, facts);
    this._add(publication);
    return publication;
  }

  /** @internal The room is over, and with it what this one published. */
  _over() {
    const { _core } = this._room;
    for (const publication of this._looked ? this.getTrackPublications() : []) {
      publication._ended(_core.ask(ASK.PUBLICATION_FACTS, this._key, publication.trackSid));
      this._remove(publication.trackSid);
    }
    this._left(_core.ask(ASK.PARTICIPANT_FACTS, this._key));
  }

  /** @internal A publication is gone; `facts` are its last. Its media went before. */
  _unpublished(sid, facts) {
    const publication = this.trackPublications.get(sid);
    if (!publication) return;
    publication._ended(facts);
    publication._unsubscribed('subscribed');
    this._remove(sid);
    this._tell('trackUnpublished', publication);
  }
}
