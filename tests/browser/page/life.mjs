// One client's part in a life (lib/life-script.mjs): does its steps without waiting for anything, keeps what was last asked
// for, and says what the room looks like. It asserts nothing.

const SWITCH = { camera: 'setCameraEnabled', microphone: 'setMicrophoneEnabled' };
const TELL = { metadata: 'setMetadata', name: 'setName', attributes: 'setAttributes' };
const REST_MS = 300;
const FLIGHT_MS = 5000;

export class Life {
  constructor(client, { who, url, token, name, options, watched }) {
    Object.assign(this, { client, url, token, name, watched, away: true, stay: 0, failedConnects: 0, sids: new Set(), log: [] });
    /** Calls that have not settled, and those that were refused for no reason. */
    this.open = new Map();
    this.faults = [];
    this.turns = {};
    this.room = client.create(options);
    for (const event of ['connected', 'reconnected']) this.room.on(event, () => this.sids.add(this.room.localParticipant.sid));
    this.data = client.numbered(who);
    /** First number and time of the last bursts, and numbers that a leave may have overtaken. */
    this.bursts = [];
    this.unsure = [];
  }

  get me() {
    return this.room.localParticipant;
  }

  /** Joins, also where it takes several attempts: the network may be in trouble. */
  async join() {
    this.asked = { name: this.name, metadata: '', attributes: {}, tracks: {}, wanted: {} };
    for (;;) {
      try {
        await this.room.connect(this.url, this.token);
        break;
      } catch (error) {
        this.failedConnects += 1;
        this.log.push(`connect: ${error}`);
        await new Promise((resolve) => census.raw.setTimeout(resolve, REST_MS));
      }
    }
    this.away = false;
  }

  /** Begins a step; what it waits for is kept in `open`. */
  do({ what, ...facts }) {
    this.log.push(`${Math.round(performance.now())} ${what} ${JSON.stringify(facts)} (${this.room.state}${this.away ? ', away' : ''})`);
    if (!this.away) this[what](facts);
  }

  async #keep(what, work) {
    const { stay } = this;
    const call = {};
    this.open.set(call, what);
    try {
      await work();
    } catch (error) {
      // Who leaves takes back what it asked for.
      if (stay === this.stay) this.faults.push(`${what}: ${error?.name}: ${error?.message}`);
    } finally {
      this.open.delete(call);
      this.log.push(`${Math.round(performance.now())} settled: ${what}`);
    }
  }

  leave({ ms }) {
    this.away = true;
    this.stay += 1;
    // A leave waits a second for data to arrive: who leaves while nothing gets through takes back what has not crossed the wire.
    const early = this.bursts.find(({ at }) => at > performance.now() - FLIGHT_MS);
    for (let number = early?.first ?? Infinity; number < this.data.sent; number += 1) this.unsure.push(number);
    this.#keep('leave', async () => {
      await this.room.disconnect();
      await Promise.all(Object.values(this.turns));
      this.turns = {};
      await new Promise((resolve) => census.raw.setTimeout(resolve, ms));
      await this.join();
    });
  }

  scenario({ name }) {
    // Where there is no connection there is nothing to simulate on.
    this.#keep(`simulateScenario ${name}`, () => this.room.simulateScenario(name).catch((error) => {
      if (!/no connection/.test(error.message)) throw error;
    }));
  }

  now() {
    this.#keep('reconnectNow', () => this.room.reconnectNow());
  }

  offline({ ms }) {
    window.dispatchEvent(new Event('offline'));
    this.#keep('offline', async () => {
      await new Promise((resolve) => census.raw.setTimeout(resolve, ms));
      window.dispatchEvent(new Event('online'));
    });
  }

  tell({ field, value, key }) {
    const given = field === 'attributes' ? { [key]: value } : value;
    this.asked[field] = field === 'attributes' ? { ...this.asked.attributes, ...given } : given;
    this.#keep(`${TELL[field]} ${value}`, () => this.me[TELL[field]](given));
  }

  burst({ count }) {
    this.bursts.push({ first: this.data.sent, at: performance.now() });
    this.#keep(`burst of ${count}`, () => this.data.burst(count));
  }

  /** One thing after the other with each source, as an app does that awaits its calls. */
  media({ source, how }) {
    const { stay } = this;
    const turn = async () => {
      if (stay === this.stay) await this.#keep(`${how} ${source}`, () => this.#media(source, how));
    };
    this.turns[source] = (this.turns[source] ?? Promise.resolve()).then(turn);
  }

  async #media(source, how) {
    const { tracks } = this.asked;
    const set = (on) => this.me[SWITCH[source]](on);
    const track = this.me.getTrackPublication(source)?.track;
    if (how === 'on') {
      tracks[source] = 'on';
      await set(true);
    } else if (how === 'mute') {
      if (tracks[source]) tracks[source] = 'muted';
      await set(false);
    } else if (how === 'flip') {
      tracks[source] = 'on';
      await Promise.all([set(true), set(false), set(true)]);
    } else if (track && how === 'unpublish') {
      delete tracks[source];
      await this.me.unpublishTrack(track);
    } else if (track) {
      await this.me.unpublishTrack(track, false);
      await this.me.publishTrack(track, { source });
    }
  }

  /** What this client wants of the watcher's publications. */
  want({ source, how, quality }) {
    const publication = this.client.publication(this.watched, source);
    if (!publication) return;
    const wanted = (this.asked.wanted[source] ??= { subscribed: true, enabled: true });
    if (how === 'subscribe' || how === 'unsubscribe') publication.setSubscribed((wanted.subscribed = how === 'subscribe'));
    else if (!wanted.subscribed) return;
    else if (how === 'quality') publication.setVideoQuality(source === 'camera' ? quality : 2);
    else publication.setEnabled((wanted.enabled = how === 'enable'));
  }

  settled() {
    return !this.away && this.room.state === 'connected' && this.open.size === 0 && this.data.open.size === 0;
  }

  /** Everybody in the room as this client sees them, and what it asked for itself. */
  picture() {
    const seen = (each) => {
      const tracks = {};
      // One that is published twice is seen as such.
      for (const { source, isMuted } of each.trackPublications.values()) tracks[source] = (tracks[source] ?? '') + (isMuted ? 'muted' : 'on');
      return { name: each.name ?? '', metadata: each.metadata ?? '', attributes: { ...each.attributes }, tracks };
    };
    const wanted = {};
    for (const source of Object.keys(this.asked.wanted)) {
      const { isDesired, isSubscribed, isEnabled } = this.client.publication(this.watched, source) ?? {};
      wanted[source] = { subscribed: isDesired && isSubscribed, enabled: isEnabled };
    }
    const room = Object.fromEntries([this.me, ...this.room.remoteParticipants.values()].map((each) => [each.identity, seen(each)]));
    return { state: this.room.state, asked: this.asked, room, wanted, count: Object.values(room).length };
  }

  /** Inbound media per publication that is unmuted and wanted: resolves when all have grown since now. */
  async flows(ms) {
    const expected = [];
    for (const each of this.room.remoteParticipants.values()) {
      for (const { source, isMuted, isSubscribed, isEnabled } of each.trackPublications.values()) {
        if (!isMuted && isSubscribed && isEnabled !== false) expected.push([each.identity, source]);
      }
    }
    const measure = { camera: 'frames', microphone: 'packets' };
    await Promise.all(
      expected.map(async ([identity, source]) => {
        const before = await this.client.inbound(identity, source);
        const grown = async () => {
          const now = await this.client.inbound(identity, source);
          return now && now[measure[source]] > (before && before.id === now.id ? before[measure[source]] : 0) + 2;
        };
        await this.client.until(grown, `${this.me.identity}: media of the ${source} of ${identity}`, ms);
      }),
    );
    return expected.length;
  }

  account() {
    const { events, received } = this.client;
    const arrived = {};
    // By topic: livekit-client tells no sender when a message overtakes the news of who it is.
    for (const { topic, text } of received) (arrived[topic] ??= []).push(Number(text.split(' ')[0]));
    const episodes = events.filter(({ event }, i) => /econnecting$/.test(event) && !/econnecting$/.test(lastOf(events, i))).length;
    const gone = events.filter(({ event }) => event === 'participantDisconnected').map(({ args }) => args[0].slice(1));
    const { faults, sids, stay, failedConnects, log, unsure } = this;
    return { faults, sids: [...sids], stay, failedConnects, log, unsure, episodes, gone, arrived, sent: this.data.account(), open: [...this.open.values()] };
  }
}

const CONNECTION = new Set(['connected', 'signalReconnecting', 'reconnecting', 'reconnected', 'disconnected']);
const lastOf = (events, before) => events.slice(0, before).findLast(({ event }) => CONNECTION.has(event))?.event ?? '';
