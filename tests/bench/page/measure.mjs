// What the bench does in the page, the same lines for both libraries: each function takes the namespace of one. Times are
// of the page's own clock. A room is new for each sample: reconnect policies remember short sessions.
const { setTimeout } = census.raw;
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Between two measurements: what a library still does after its promise has resolved must not fall into the next. */
const REST_MS = 300;
const STALLED_MS = 60_000;

const once = (room, event, what) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not within ${STALLED_MS} ms`)), STALLED_MS);
    room.once(event, () => {
      const at = performance.now();
      census.raw.clearTimeout(timer);
      resolve(at);
    });
  });

/** What a room tells of its connection. */
const CONNECTION = ['SignalReconnecting', 'Reconnecting', 'Reconnected', 'Disconnected'];

async function until(look, what) {
  const end = performance.now() + STALLED_MS;
  while (performance.now() < end) {
    const found = await look();
    if (found) return found;
    await rest(20);
  }
  throw new Error(`${what}: not within ${STALLED_MS} ms`);
}

async function publish(SDK, { localParticipant }) {
  await localParticipant.setCameraEnabled(true);
  await localParticipant.setMicrophoneEnabled(true);
}

async function inbound(room, identity, source) {
  const publications = room.remoteParticipants.get(identity)?.trackPublications.values() ?? [];
  const track = [...publications].find((each) => each.source === source)?.track;
  // Chromium decodes nothing that nobody plays.
  if (track && !track.attachedElements.length) document.body.append(track.attach());
  const report = await track?.getRTCStatsReport?.();
  return [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
}

const rooms = new Map();

async function joined(SDK, { url, token, key, options }) {
  const room = new SDK.Room(options);
  await room.connect(url, token);
  await rest(REST_MS);
  if (key) rooms.set(key, room);
  return room;
}

async function left(room) {
  await room.disconnect();
  await rest(REST_MS);
}

const measures = {
  /** From the call of connect to `connected`. */
  async connect(SDK, { url, token }) {
    const room = new SDK.Room();
    const connected = once(room, SDK.RoomEvent.Connected, 'connected');
    const begun = performance.now();
    const connecting = room.connect(url, token);
    const at = await connected;
    await connecting;
    await left(room);
    return at - begun;
  },

  /** The same by a URL with regions: `joining`, after `knowing` when the page is to know the list. */
  async knowing(SDK, { url, token, key, options }) {
    const room = new SDK.Room(options);
    await room.prepareConnection(url, token);
    rooms.set(key, room);
  },

  async joining(SDK, { url, token, key, options }) {
    const room = rooms.get(key) ?? new SDK.Room(options);
    const begun = performance.now();
    await room.connect(url, token);
    const ms = performance.now() - begun;
    await left(room);
    return ms;
  },

  /** From the call of simulateScenario to `reconnected`. */
  async scenario(SDK, { url, token, scenario }) {
    const room = await joined(SDK, { url, token });
    const reconnected = once(room, SDK.RoomEvent.Reconnected, 'reconnected');
    const begun = performance.now();
    room.simulateScenario(scenario);
    const at = await reconnected;
    await left(room);
    return at - begun;
  },

  /** Joins a room by each token and waits to be hurt from outside. `healed` tells how long each took. */
  async beforeCut(SDK, { url, tokens, key }) {
    const each = [];
    for (const token of tokens) {
      const room = await joined(SDK, { url, token });
      const socket = census.sockets.findLast(({ closedAt, openedAt }) => closedAt === null && openedAt !== null);
      room.healed = once(room, SDK.RoomEvent.Reconnected, 'reconnected').then((at) => at - socket.closedAt);
      each.push(room);
    }
    rooms.set(key, each);
  },

  /** From the socket's close event, as the page sees it, to `reconnected`, for each room. */
  async healed(_, { key }) {
    const each = rooms.get(key);
    const times = await Promise.all(each.map(({ healed }) => healed));
    rooms.delete(key);
    await Promise.all(each.map(left));
    return times;
  },

  join: (SDK, options) => joined(SDK, options).then(() => true),

  /** Joins and keeps the times of what it tells of its connection. `camera`: publishes both, so that media flows. */
  async watch(SDK, { camera, ...options }) {
    const room = await joined(SDK, options);
    room.told = [];
    for (const event of CONNECTION) room.on(SDK.RoomEvent[event], () => room.told.push({ event, at: performance.now() }));
    window.addEventListener('online', () => room.told.push({ event: 'Online', at: performance.now() }));
    if (camera) await publish(SDK, room);
  },

  /** From here on times count. */
  async begin(_, { key }) {
    const room = rooms.get(key);
    room.told.length = 0;
    room.begun = performance.now();
  },

  /** From here on times count: the app asks for an attempt now. */
  async reconnectNow(_, { key }) {
    const room = rooms.get(key);
    room.begun = performance.now();
    room.reconnectNow();
  },

  /** From `begin` (or the last time that it told of `from`) to when it told of one of `events`. */
  async told(_, { key, events, from }) {
    const room = rooms.get(key);
    const found = await until(() => room.told.find(({ event }) => events.includes(event)), `${events}`);
    const begun = from ? room.told.findLast(({ event, at }) => event === from && at <= found.at).at : room.begun;
    return found.at - begun;
  },

  async leave(_, { key }) {
    const room = rooms.get(key);
    rooms.delete(key);
    await left(room);
  },

  /** Resolves when video frames and audio packets of `identity` come in that are newer than this call. */
  async mediaFlows(SDK, { key, identity }) {
    const room = rooms.get(key);
    const flows = async (source, measure) => {
      const first = await inbound(room, identity, source);
      await until(async () => {
        const now = await inbound(room, identity, source);
        return now && now[measure] > (now.id === first?.id ? (first[measure] ?? 0) : 0);
      }, `${measure} of the ${source} of ${identity}`);
    };
    await Promise.all([flows(SDK.Track.Source.Camera, 'framesDecoded'), flows(SDK.Track.Source.Microphone, 'packetsReceived')]);
  },

  /** One reliable message of `bytes` to the peer and back. */
  async roundTrip(SDK, { key, bytes, to }) {
    const room = rooms.get(key);
    const payload = crypto.getRandomValues(new Uint8Array(bytes));
    const echoed = once(room, SDK.RoomEvent.DataReceived, 'the echo');
    const begun = performance.now();
    room.localParticipant.publishData(payload, { reliable: true, destinationIdentities: [to] });
    return (await echoed) - begun;
  },

  /** Resolves when `identity` is known. */
  async sees(_, { key, identity }) {
    const room = rooms.get(key);
    while (!room.remoteParticipants.has(identity)) await rest(20);
  },

  /** Sends everything back to whom it came from. */
  async echo(SDK, options) {
    const room = await joined(SDK, options);
    room.on(SDK.RoomEvent.DataReceived, (payload, participant) => {
      room.localParticipant.publishData(payload, { reliable: true, destinationIdentities: [participant.identity] });
    });
  },

  /** Joins and waits for an update of `count` participants; `applied` tells how long it took. */
  async beforeUpdate(SDK, { url, token, key, count, tracks }) {
    const room = await joined(SDK, { url, token, key });
    const wanted = { participants: count, tracks: count * tracks };
    let delivered;
    const watch = (bytes, at) => {
      if (bytes < 50_000) return;
      delivered = at;
      census.onFrame.delete(watch);
    };
    census.onFrame.add(watch);
    room.applied = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`told of ${JSON.stringify(wanted)} too few`)), STALLED_MS);
      const look = () => {
        if (wanted.participants > 0 || wanted.tracks > 0) return;
        census.raw.clearTimeout(timer);
        // What an app does next: it reads who is there.
        let seen = 0;
        for (const participant of room.remoteParticipants.values()) seen += participant.identity.length + participant.trackPublications.size;
        resolve({ ms: performance.now() - delivered, seen });
      };
      room.on(SDK.RoomEvent.ParticipantConnected, () => {
        wanted.participants -= 1;
        look();
      });
      room.on(SDK.RoomEvent.TrackPublished, () => {
        wanted.tracks -= 1;
        look();
      });
    });
  },

  /** From the arrival of the frame to the last event handled and all participants read. */
  async applied(_, { key }) {
    const room = rooms.get(key);
    const { ms, seen } = await room.applied;
    if (!seen) throw new Error('nobody is to be seen');
    rooms.delete(key);
    await left(room);
    return ms;
  },

  /** Looks at every participant and publication, as an app that shows them would; resolves with how many there are. */
  async lookAtAll(_, { key, count }) {
    const room = rooms.get(key);
    while (room.remoteParticipants.size < count) await rest(50);
    let publications = 0;
    for (const participant of room.remoteParticipants.values()) for (const each of participant.trackPublications.values()) publications += each.trackSid ? 1 : 0;
    return { participants: room.remoteParticipants.size, publications };
  },

  wasmBytes: async () => census.wasmBytes(),
};

/** Runs one of them with the library of that name. */
window.measure = async (name, sdk, options) => measures[name](await window.load(sdk), options ?? {});
