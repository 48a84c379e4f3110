// The time line of a connection: listens to a room and tells each of its connection's events in words, with the
// time and how it went ("good", "warn", "bad", or plain). It outlives sessions and shows nothing itself.
import { ConnectionQuality, DisconnectReason, RoomEvent } from 'rejoin';
import * as words from './words.mjs';

const LONGEST = 200;

export class Story extends EventTarget {
  /** `{ id, at: Date, tone, text }`, oldest first. */
  entries = [];
  #count = 0;

  tell(text, tone = 'plain') {
    const entry = { id: (this.#count += 1), at: new Date(), tone, text };
    this.entries.push(entry);
    if (this.entries.length > LONGEST) this.entries.shift();
    this.dispatchEvent(new CustomEvent('entry', { detail: entry }));
  }

  /** Tells what happens to `room` from now on, until it is disconnected. */
  follow(room) {
    const begun = performance.now();
    let joined = false;
    let lostAt = null;
    let quality = null;
    const who = (participant) => participant.name || participant.identity;

    const lost = (detail) => {
      lostAt ??= performance.now();
      this.tell(words.reconnecting(detail), 'warn');
    };
    room
      .on(RoomEvent.Connected, () => {
        joined = true;
        this.tell(`Connected in ${words.duration(performance.now() - begun)}`, 'good');
      })
      .on(RoomEvent.SignalReconnecting, (detail) => lost({ kind: 'resume', ...detail }))
      .on(RoomEvent.Reconnecting, (detail) => lost({ kind: 'full', ...detail }))
      .on(RoomEvent.Reconnected, () => {
        this.tell(`Back after ${words.duration(performance.now() - (lostAt ?? performance.now()))}`, 'good');
        lostAt = null;
      })
      .on(RoomEvent.Disconnected, (reason) => {
        // A join that failed is told by whoever asked for it, who knows more.
        if (!joined) return;
        this.tell(words.ending(reason), reason === DisconnectReason.CLIENT_INITIATED ? 'plain' : 'bad');
      })
      .on(RoomEvent.ParticipantConnected, (participant) => this.tell(`${who(participant)} joined`))
      .on(RoomEvent.ParticipantDisconnected, (participant) => this.tell(`${who(participant)} left`))
      .on(RoomEvent.ConnectionQualityChanged, (value, participant) => {
        if (participant !== room.localParticipant || value === quality) return;
        const before = quality;
        quality = value;
        if (value === ConnectionQuality.Poor) this.tell('Your connection has become poor', 'warn');
        else if (value === ConnectionQuality.Lost) this.tell('Your media connection is lost', 'warn');
        else if (before === ConnectionQuality.Poor || before === ConnectionQuality.Lost) this.tell('Your connection is good again', 'good');
      });
  }
}
