// Faults that only the package as a whole can show, in Node, signalling only: listeners that misbehave, rooms that are used
// after their end, frames and clocks that no server and no host should have, and tokens in whatever can be printed.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

const TOKEN = /eyJ[\w-]+\./;

let rejoin;
let server;
let rooms = [];
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  server = await startScriptable();
});
afterEach(async () => {
  await Promise.all(rooms.map((room) => room.disconnect()));
  rooms = [];
  server.use({});
  await server.idle();
});
after(() => server?.stop());

let count = 0;
function make(options) {
  count += 1;
  const room = new rejoin.Room({ webSocket: WebSocket, reconnectPolicy: { nextRetryDelayInMs: () => 1 }, ...options });
  rooms.push(room);
  return { room, token: server.token({ room: `room-${count}`, identity: 'alice' }) };
}

async function join(options) {
  const made = make(options);
  await made.room.connect(server.url, made.token);
  return { ...made, connection: server.connections.at(-1) };
}

const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
const person = (n, more = {}) => ({ sid: `PA_${n}`, identity: `p${n}`, name: `Person ${n}`, state: 'ACTIVE', version: 1, ...more });
const tell = (connection, ...participants) => connection.send({ update: { participants } });

/** Runs with what listeners throw collected instead of told to the host. */
async function reported(work) {
  const errors = [];
  globalThis.reportError = (error) => errors.push(error.message);
  try {
    await work();
  } finally {
    delete globalThis.reportError;
  }
  return errors;
}

describe('listeners', () => {
  // Fault 39: every listener of every event throws.
  test('when all of them throw, the room goes on and comes back', async () => {
    const errors = await reported(async () => {
      const { room, token } = make();
      const events = Object.values(rejoin.RoomEvent);
      for (const event of events) room.on(event, () => { throw new Error(event); });
      await room.connect(server.url, token);
      const connection = server.connections.at(-1);
      const came = next(room, 'participantConnected');
      tell(connection, person(1));
      await came;
      const back = next(room, 'reconnected');
      connection.reset();
      await back;
      assert.deepEqual([room.state, room.remoteParticipants.size], ['connected', 1]);
      await room.disconnect();
      assert.equal(room.state, 'disconnected');
    });
    for (const event of ['connected', 'participantConnected', 'signalReconnecting', 'reconnected', 'disconnected']) assert.ok(errors.includes(event), `${event} was told: ${errors}`);
  });

  // Fault 39: a listener asks for things, and the order of events stays that of what happened.
  test('what a listener asks for comes after the events that wait, in order', async () => {
    const { room, connection } = await join();
    const told = [];
    room.on('participantConnected', ({ identity }) => {
      told.push(identity);
      // Reads, which look into the engine that is telling; calls, which it must not carry out now.
      assert.equal(room.getParticipantByIdentity(identity).identity, identity);
      room.localParticipant.setMetadata(`for ${identity}`).catch(() => {});
      room.reconnectNow();
      room.emit('not an event of ours');
    });
    const last = next(room, 'participantMetadataChanged');
    tell(connection, person(1), person(2), person(3));
    await last;
    assert.deepEqual(told, ['p1', 'p2', 'p3']);
    assert.equal(room.state, 'connected');
    for (const n of [1, 2, 3]) assert.equal((await connection.next('updateMetadata')).value.metadata, `for p${n}`);
  });

  const EVENTS = ['connectionStateChanged', 'signalConnected', 'connected', 'participantConnected', 'signalReconnecting', 'reconnected'];
  for (const event of EVENTS) {
    // Fault 39: a listener ends the room, each time with other things under way.
    test(`one that disconnects within ${event} ends the room once`, async () => {
      const { room, token } = make();
      const ends = [];
      room.on('disconnected', (reason) => ends.push(reason));
      const gone = next(room, 'disconnected');
      const left = [];
      room.on(event, () => left.push(room.disconnect()));
      const connected = await room.connect(server.url, token).then(() => true, (error) => error);
      if (!ends.length && connected === true) {
        const connection = server.connections.at(-1);
        tell(connection, person(1), person(2));
        connection.reset();
      }
      await gone;
      await Promise.all(left);
      assert.deepEqual([ends, room.state], [[rejoin.DisconnectReason.CLIENT_INITIATED], 'disconnected']);
      assert.ok(connected === true || connected.code === 'cancelled', String(connected));
      await server.idle();
    });
  }

  // Fault 39: a policy of the app's own throws, calls back, disconnects.
  test('a policy that disconnects while it is asked ends the room', async () => {
    let room;
    const policy = { nextRetryDelayInMs: () => (room.disconnect(), room.reconnectNow(), 5) };
    const joined = await join({ reconnectPolicy: policy });
    ({ room } = joined);
    const gone = next(room, 'disconnected');
    joined.connection.reset();
    await gone;
    assert.equal(room.state, 'disconnected');
  });
});

describe('after the end', () => {
  // Fault 41: everything there is to call and to read, on a room that was never connected, and on one that was left.
  test('every call is a typed error or does nothing, and every reading works', async () => {
    const { room } = await join();
    tell(server.connections.at(-1), person(1, { tracks: [{ sid: 'TR_1', type: 'VIDEO', source: 'CAMERA' }] }));
    const [participant] = await next(room, 'participantConnected');
    const [publication] = participant.getTrackPublications();
    await room.disconnect();
    const { room: unused } = make();
    for (const one of [room, unused]) {
      const { localParticipant } = one;
      const calls = [
        () => one.disconnect(),
        () => one.reconnectNow(),
        () => one.getSid(),
        () => one.simulateScenario('signal-reconnect'),
        () => one.simulateScenario('full-reconnect'),
        () => localParticipant.setName('x'),
        () => localParticipant.setMetadata('x'),
        () => localParticipant.setAttributes({ a: 'b' }),
        () => localParticipant.publishData(new Uint8Array(1), { reliable: true }),
        () => localParticipant.publishData(new Uint8Array(1), { reliable: false }),
        () => localParticipant.setTrackSubscriptionPermissions(true),
        () => localParticipant.setMicrophoneEnabled(false),
        () => publication.setSubscribed(true),
        () => publication.setEnabled(false),
      ];
      for (const call of calls) {
        const error = await (async () => call())().then(() => null, (reason) => reason);
        assert.ok(error === null || (error instanceof rejoin.LivekitError && typeof error.code === 'string'), `${call}: ${error?.stack}`);
      }
      for (const thing of [one, localParticipant, participant, publication]) {
        for (let of = thing; of && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
          for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(of))) if (get) assert.doesNotThrow(() => thing[name], name);
        }
      }
      assert.equal(one.state, 'disconnected');
    }
  });

  // Fault 41: the memory of a room's engine is given back while the room is still held.
  test('a room whose engine was freed throws an error of JavaScript, and others go on', async () => {
    const { room } = make();
    const { room: other, token } = make();
    assert.equal(room.free, undefined, 'nothing public frees');
    // By what it can do: its name is short in a published build.
    const engine = Object.values(room).find((value) => typeof value?.free === 'function');
    engine.free();
    assert.throws(() => room.rtt, (error) => error instanceof Error && !(error instanceof WebAssembly.RuntimeError));
    const error = await (async () => room.connect(server.url, token))().then(() => null, (reason) => reason);
    assert.ok(error instanceof Error && !(error instanceof WebAssembly.RuntimeError), String(error));
    await other.connect(server.url, token);
    assert.equal(other.state, 'connected');
    rooms = [other];
  });
});

describe('frames', () => {
  // Fault 34: a frame of 64 MiB.
  test('one that is too large is not read: the socket is closed with 4009 and the session resumed', async () => {
    const { room, connection } = await join();
    const back = next(room, 'reconnected');
    connection.raw(new Uint8Array(64 << 20));
    const { code, reason } = await connection.closed;
    assert.deepEqual([code, reason], [4009, 'frame too large']);
    await back;
    assert.equal(room.state, 'connected');
  });

  // Fault 34: what is just within the limit is read, and is no message.
  test('one of 16 MiB is read and ignored', async () => {
    const { room, connection } = await join();
    connection.raw(new Uint8Array(16 << 20).fill(0xff));
    tell(connection, person(1));
    await next(room, 'participantConnected');
    assert.equal(room.state, 'connected');
  });

  // Fault 34: many tiny ones.
  test('a flood of tiny ones leaves the room as it was', async () => {
    const { room, connection } = await join();
    for (let n = 0; n < 20_000; n += 1) connection.raw([new Uint8Array(0), Uint8Array.of(0x90, 0x01, 0x01), Uint8Array.of(0x2a, 0x00)][n % 3]);
    tell(connection, person(1));
    await next(room, 'participantConnected');
    assert.equal(room.state, 'connected');
  });

  // Fault 35: text, nothing, and no UTF-8.
  test('text and empty ones are ignored', async () => {
    const { room, connection } = await join();
    for (const data of ['', 'text', '{"leave":{}}', '\u0000', new Uint8Array(0), Uint8Array.of(0x2a, 0x05, 0x0a, 0x03, 0x4a, 0x01, 0xff)]) connection.raw(data);
    tell(connection, person(1));
    const [{ identity }] = await next(room, 'participantConnected');
    assert.deepEqual([identity, room.state], ['p1', 'connected']);
  });
});

test('a socket that is closing is given nothing more: browsers say an error for each message', async () => {
  let closing = false;
  let given = 0;
  class Closing extends WebSocket {
    get readyState() {
      return closing ? WebSocket.CLOSING : super.readyState;
    }
    send(...args) {
      if (closing) given += 1;
      else super.send(...args);
    }
  }
  const { room, connection } = await join({ webSocket: Closing });
  closing = true;
  const named = room.localParticipant.setName('Ada');
  const back = next(room, 'reconnected');
  closing = false;
  connection.reset();
  await Promise.all([back, named]);
  assert.equal(given, 0);
});

describe('keys', () => {
  // Fault 37: what means something to JavaScript, as identity, metadata and attribute, both ways.
  test('of the prototype chain are plain keys', async () => {
    const { room, connection } = await join();
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
    const attributes = JSON.parse(`{${names.map((name) => `"${name}":"of ${name}"`).join(',')}}`);
    const came = [];
    room.on('participantConnected', (one) => came.push(one));
    tell(connection, ...names.map((identity, n) => person(n, { identity, attributes, metadata: '{"__proto__":{"polluted":1}}' })), person(9));
    while (came.length < names.length + 1) await next(room, 'participantConnected');
    for (const identity of names) {
      const one = room.remoteParticipants.get(identity);
      assert.equal(one.identity, identity);
      assert.equal(Object.getPrototypeOf(one.attributes), Object.prototype);
      // The test's own server may drop a key; what it sends arrives.
      for (const [key, value] of Object.entries(one.attributes)) assert.equal(value, `of ${key}`);
      assert.ok(Object.keys(one.attributes).length >= names.length - 1);
    }
    assert.equal({}.polluted, undefined);
    assert.equal(Object.prototype['of __proto__'], undefined);
    room.localParticipant.setAttributes(attributes).catch(() => {});
    const { value } = await connection.next('updateMetadata');
    assert.ok(Object.keys(value.attributes).includes('constructor'));
    assert.equal({}.polluted, undefined);
  });
});

describe('clocks', () => {
  const wall = Date.now;
  const { performance } = globalThis;
  afterEach(() => {
    Date.now = wall;
    globalThis.performance = performance;
  });

  /** Turns the clock of the package alone: the server of the test runs in this process, and tokens have their time. */
  function turn(clock) {
    Date.now = () => (new Error().stack.includes('dist') ? clock() : wall());
  }

  async function comesBack(turnTheClock) {
    const delays = [];
    const { room, connection } = await join({ reconnectPolicy: undefined });
    room.on('signalReconnecting', ({ delayMs }) => delays.push(delayMs));
    const lost = next(room, 'signalReconnecting');
    connection.reset();
    await lost;
    turnTheClock();
    const back = next(room, 'reconnected');
    await room.reconnectNow();
    await back;
    assert.ok(delays.every((delay) => delay > 0 && delay < 15_250), String(delays));
  }

  const stopped = wall();
  const CLOCKS = {
    'goes back an hour': () => wall() - 3_600_000,
    'goes forward a day': () => wall() + 86_400_000,
    'stands still': () => stopped,
  };
  for (const [what, clock] of Object.entries(CLOCKS)) {
    // Fault 27: the wall clock, with the monotonic one as it is.
    test(`a wall clock that ${what} puts no attempt off`, () => comesBack(() => turn(clock)));
  }

  // Fault 27: and on a host that has no other clock.
  test('a wall clock that is put back an hour puts no attempt off where it is the only clock', async () => {
    let asked = 0;
    globalThis.performance = { now: () => (new Error().stack.includes('dist') ? void (asked += 1) : performance.now()) };
    await comesBack(() => turn(() => wall() - 3_600_000));
    assert.ok(asked > 0, 'there is no other clock');
  });

  // Fault 27: two rooms that lose their server in one frozen moment.
  test('with a clock that stands still no two rooms draw the same delay', async () => {
    Date.now = () => 1_700_000_000_000;
    const policy = new rejoin.DefaultReconnectPolicy();
    const context = { retryCount: 0, elapsedMs: 0, cause: 'remote', numParticipants: 10 };
    const delays = Array.from({ length: 200 }, () => policy.nextRetryDelayInMs(context));
    assert.ok(new Set(delays).size > 190, `${new Set(delays).size} of 200 differ`);
  });
});

describe('tokens', () => {
  // Fault 44: all that an app may print, of a room in each of its states.
  test('are in nothing that can be printed', async () => {
    const lines = [];
    rejoin.setLogExtension((...args) => lines.push(inspect(args)));
    rejoin.setLogLevel('trace');
    const printed = [];
    const console_ = { ...console };
    for (const method of ['debug', 'info', 'warn', 'error', 'log']) console[method] = (...args) => printed.push(inspect(args, { depth: 8 }));
    try {
      const { room, token } = make();
      assert.match(token, TOKEN);
      const look = (what, thing) => {
        const deep = { depth: 12, showHidden: true, getters: true };
        for (const text of [inspect(thing, deep), String(thing), (() => { try { return JSON.stringify(thing); } catch { return ''; } })()]) assert.doesNotMatch(text ?? '', TOKEN, what);
      };
      look('before', room);
      await room.connect(`${server.url}?access_token=${token}`, token);
      const connection = server.connections.at(-1);
      connection.refresh();
      look('connected', room);
      look('history', room.connectionHistory);
      look('server', room.serverInfo);
      const facts = next(room, 'signalReconnecting');
      const back = next(room, 'reconnected');
      connection.close(4000, `bad token ${token}`.slice(0, 100));
      look('facts', await facts);
      await back;
      server.use({ upgrade: { status: 401, text: token }, validate: { status: 401, text: `invalid token: ${token}` } });
      const gone = next(room, 'disconnected');
      server.connections.at(-1).reset();
      look('gone', await gone);
      look('after', room);
      const error = await room.connect(server.url, token).then(() => assert.fail('it connected'), (reason) => reason);
      for (const text of [inspect(error, { showHidden: true, depth: 9 }), error.stack, String(error)]) assert.doesNotMatch(text, TOKEN);
      for (const wrong of [`ws://user:${token}@127.0.0.1`, token, `ftp://h?access_token=${token}`]) {
        const refused = await room.connect(wrong, token).then(() => assert.fail('it connected'), (reason) => reason);
        assert.doesNotMatch(`${inspect(refused)}${refused.stack}`, TOKEN, wrong);
      }
    } finally {
      Object.assign(console, console_);
      rejoin.setLogLevel('info');
    }
    assert.ok(lines.length > 3, `${lines.length} lines`);
    for (const line of [...lines, ...printed]) assert.doesNotMatch(line, TOKEN);
  });
});
