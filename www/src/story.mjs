// The time line of a connection: reads what happened from the room's own record of it and tells it in words, with the
// time and how it went ("good", "warn", "bad", or plain). It outlives sessions and shows nothing itself.
import { ConnectionQuality, DisconnectReason, RoomEvent } from 'rejoin';
import * as words from './words.mjs';

const LONGEST = 200;

export class Story extends EventTarget {
  /** `{ id, at: Date, tone, text }`, oldest first. */
  entries = [];
  #count = 0;

  tell(text, tone = 'plain', at = Date.now()) {
    const entry = { id: (this.#count += 1), at: new Date(at), tone, text };
    this.entries.push(entry);
    if (this.entries.length > LONGEST) this.entries.shift();
    this.dispatchEvent(new CustomEvent('entry', { detail: entry }));
  }

  /** Tells what happens to `room` from now on, until it is disconnected. */
  follow(room) {
    let joined = false;
    let quality = null;
    let seen = room.connectionHistory.at(-1)?.seq ?? 0;
    const since = {};
    const who = (participant) => participant.name || participant.identity;

    const facts = {
      connect: ({ at }) => { since.connect = at; },
      connected: ({ at }) => [`Connected in ${words.duration(at - since.connect)}`, 'good'],
      lost: ({ at }) => { since.lost = at; },
      waiting: (fact) => [words.reconnecting({ delayMs: Infinity, ...fact }), 'warn'],
      region: ({ outcome }) => [`Trying another region: ${words.detail(outcome)}`, 'warn'],
      reconnected: ({ at }) => [`Back after ${words.duration(at - since.lost)}`, 'good'],
      offline: () => ['The browser says it has no network', 'warn'],
      online: () => ['The browser says the network is back'],
      plugin: ({ outcome }) => [words.detail(outcome), 'warn'],
    };
    const read = () => {
      for (const fact of room.connectionHistory.filter(({ seq }) => seq > seen)) {
        seen = fact.seq;
        const [text, tone] = facts[fact.what]?.(fact) ?? [];
        if (text) this.tell(text, tone, fact.at);
      }
    };
    for (const event of ['connected', 'signalReconnecting', 'reconnecting', 'reconnected', 'regionChanged', 'pluginUnavailable', 'connectionStateChanged']) room.on(event, read);
    room
      .on(RoomEvent.Connected, () => {
        joined = true;
      })
      .on(RoomEvent.Disconnected, (reason) => {
        read();
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
