// One WebSocket, as src/web/socket.rs uses it. An app's own may throw wherever it is touched.
import { quietly } from './js.js';

// What `heard(what, code, value)` is told, as in socket.rs.
const OPEN = 0;
const FRAME = 1;
const TEXT = 2;
const CLOSED = 3;

// The code of a socket that ended without a closing handshake.
const ABNORMAL = 1006;

/** The host's own constructor, where it has one. */
export const standard = () => globalThis.WebSocket;

// Node's own WebSocket (undici) drops a compressed message when the end comes with it, and a server's last message is the
// leave, without which a participant that was removed comes back: there, no compression is offered.
function uncompressed(Constructor) {
  const undici = globalThis[Symbol.for('undici.globalDispatcher.1')];
  if (!undici || Constructor !== standard()) return undefined;
  const offered = ([name]) => name.toLowerCase() !== 'sec-websocket-extensions';
  const plain = (headers) => Object.fromEntries(Object.entries(headers).filter(offered));
  return { dispatcher: { dispatch: (options, handler) => undici.dispatch({ ...options, headers: plain(options.headers) }, handler) } };
}

/**
 * Dials. Nothing when the host refuses to make the socket at all; what it throws is not passed on, because it quotes
 * the URL, and the URL carries the token. A frame of more than `most` bytes is not taken, and ends the socket.
 */
export function open(Constructor, url, most, tooLargeCode, tooLargeReason, heard) {
  let ws;
  let over = false;
  let opened = false;
  const end = (code, reason) => {
    const first = !over;
    over = true;
    if (first) heard(CLOSED, code, reason);
  };
  const listeners = {
    open() {
      if (over || opened) return;
      opened = true;
      heard(OPEN);
    },
    message({ data }) {
      if (over) return;
      const bytes = data?.byteLength;
      if (bytes > most) {
        quietly(() => ws.close(tooLargeCode, tooLargeReason));
        end(tooLargeCode, tooLargeReason);
      } else {
        // An ArrayBuffer, also of another realm, or a Node Buffer.
        heard(typeof bytes === 'number' ? FRAME : TEXT, 0, data);
      }
    },
    error() {
      end(opened ? ABNORMAL : 0, '');
    },
    close({ code, reason }) {
      end(code, reason);
    },
  };
  try {
    ws = new Constructor(url, uncompressed(Constructor));
    ws.binaryType = 'arraybuffer';
    for (const name of Object.keys(listeners)) ws.addEventListener(name, listeners[name]);
  } catch {
    over = true;
    quietly(() => ws?.close());
    return undefined;
  }
  return {
    /** Says how much of what was sent before has not left the host. */
    send(bytes) {
      const left = quietly(() => +ws.bufferedAmount);
      // A browser says an error in its console for each message that a closing socket is given; its end is still to come.
      // Copied out of wasm memory first: some hosts send later, and would read what was freed.
      if (!(quietly(() => ws.readyState) > 1)) quietly(() => ws.send(bytes.slice()));
      return left;
    },
    close(code, reason) {
      over = true;
      quietly(() => ws.close(code, reason));
    },
    drop() {
      over = true;
      // Node's `ws` reports the end of a dial as an error and throws it where nobody listens; `Boolean` does nothing and
      // keeps nothing of ours alive.
      quietly(() => (ws.onerror = Boolean));
      quietly(() => ws.close());
      for (const name of Object.keys(listeners)) quietly(() => ws.removeEventListener(name, listeners[name]));
    },
  };
}
