// An instance that gets no more memory: V8 is told to give each 8 MiB, and a server sends a frame of 12.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

const PAGES = 128;
const FRAME_BYTES = 12 << 20;
const KEYS = { apiKey: 'devkey', apiSecret: 'a secret that is long enough to be one' };
const reported = [];
/** As a browser: what a listener throws is reported, and stops nothing. */
class Socket extends WebSocket {
  emit(...event) {
    try {
      return super.emit(...event);
    } catch (error) {
      return Boolean(reported.push(error));
    }
  }
}
let rejoin;
let server;
before(async () => {
  setFlagsFromString(`--wasm-max-mem-pages=${PAGES}`);
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  rejoin.setLogLevel('silent');
  server = await startScriptable({ script: [{ answers: { updateMetadata: false } }], ...KEYS });
});
after(async () => {
  rejoin.setLogLevel('info');
  await server.stop();
});

async function join() {
  const room = new rejoin.Room({ webSocket: Socket });
  await room.connect(server.url, server.token({ room: 'r', identity: 'alice' }));
  return { room, connection: server.connections.at(-1) };
}

// Fault 40: no memory.
test('without memory everything is refused with the typed error, and another init() makes an instance that works', async () => {
  const { room, connection } = await join();
  const waits = room.localParticipant.setName('while it happens');
  waits.catch(() => undefined);
  connection.raw(new Uint8Array(FRAME_BYTES).fill(0xff));
  await assert.rejects(waits, (error) => error.code === 'poisoned');
  assert.throws(() => room.numParticipants, (error) => error.code === 'poisoned' && error.cause instanceof WebAssembly.RuntimeError);
  await rejoin.default();
  const again = await join();
  assert.equal(again.room.state, 'connected');
  await again.room.disconnect();
  assert.deepEqual(reported.map(({ code }) => code), ['poisoned']);
});
