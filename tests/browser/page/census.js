// Counts what a library keeps alive in this page: timers, sockets, peer connections, listeners on what outlives a room
// (window, document, network and devices), WebAssembly memory and externrefs. Loaded before any library. It changes no behaviour and knows no library.
(() => {
  const raw = { setTimeout: window.setTimeout.bind(window), clearTimeout: window.clearTimeout.bind(window) };
  const timers = new Map();
  const sockets = [];
  const peers = [];
  const instances = [];
  const onFrame = new Set();
  const listeners = new Map();

  const { setTimeout, setInterval, clearTimeout, clearInterval } = window;
  const where = () => new Error('timer').stack.split('\n').slice(3, 6).join(' < ');
  window.setTimeout = (callback, delay, ...args) => {
    const id = setTimeout(
      (...given) => {
        timers.delete(id);
        if (typeof callback === 'function') callback(...given);
      },
      delay,
      ...args,
    );
    timers.set(id, { kind: 'timeout', delay, from: where() });
    return id;
  };
  window.setInterval = (callback, delay, ...args) => {
    const id = setInterval(callback, delay, ...args);
    timers.set(id, { kind: 'interval', delay, from: where() });
    return id;
  };
  window.clearTimeout = (id) => {
    timers.delete(id);
    clearTimeout(id);
  };
  window.clearInterval = (id) => {
    timers.delete(id);
    clearInterval(id);
  };

  for (const [i, target] of [window, document, navigator.connection, navigator.mediaDevices].entries()) {
    if (!target) continue;
    const { addEventListener, removeEventListener } = target;
    const ids = new WeakMap();
    let known = 0;
    const keyOf = (name, listener, options) => {
      if (!ids.has(listener)) ids.set(listener, (known += 1));
      return `${i} ${name} ${ids.get(listener)} ${Boolean(options?.capture ?? options)}`;
    };
    target.addEventListener = (name, listener, options) => {
      addEventListener.call(target, name, listener, options);
      if (!listener || options?.signal?.aborted) return;
      const key = keyOf(name, listener, options);
      listeners.set(key, name);
      options?.signal?.addEventListener('abort', () => listeners.delete(key), { once: true });
      if (options?.once) addEventListener.call(target, name, () => listeners.delete(key), { once: true });
    };
    target.removeEventListener = (name, listener, options) => {
      removeEventListener.call(target, name, listener, options);
      listeners.delete(keyOf(name, listener, options));
    };
  }

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      const entry = { path: new URL(this.url).pathname, dialledAt: performance.now(), openedAt: null, closedAt: null, code: null };
      sockets.push(entry);
      this.addEventListener('open', () => (entry.openedAt = performance.now()));
      this.addEventListener('close', ({ code }) => Object.assign(entry, { closedAt: performance.now(), code }));
      // First of all listeners, so that a measurement starts before any library has seen the frame.
      this.addEventListener('message', ({ data }) => {
        const at = performance.now();
        for (const each of onFrame) each(data.byteLength ?? data.length, at);
      });
    }
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      // Not by a strong reference: Chromium allows a page 500 connections that are not collected.
      peers.push(new WeakRef(this));
    }
  };

  const { instantiate, instantiateStreaming } = WebAssembly;
  const keep = (result) => {
    instances.push(result.instance ?? result);
    return result;
  };
  WebAssembly.instantiate = (...args) => instantiate(...args).then(keep);
  WebAssembly.instantiateStreaming = (...args) => instantiateStreaming(...args).then(keep);
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      instances.push(this);
    }
  };

  // Names of exports may be shortened, so they are told apart by what they are. wasm-bindgen's table of externrefs holds
  // `true` in a slot of its own; a slot that was freed holds null. What is not null is what its own
  // `externref_heap_live_count` counts.
  const externrefs = ({ exports }) => {
    const tables = Object.values(exports).filter((each) => each instanceof WebAssembly.Table);
    const slots = tables.map((table) => Array.from({ length: table.length }, (_, slot) => table.get(slot)));
    return (slots.find((values) => values.includes(true)) ?? []).filter((value) => value !== null).length;
  };
  const memoryOf = ({ exports }) => Object.values(exports).find((each) => each instanceof WebAssembly.Memory);
  const sum = (list) => list.reduce((total, each) => total + each, 0);

  window.census = {
    raw,
    onFrame,
    sockets,
    timers: () => [...timers.values()],
    liveSockets: () => sockets.filter(({ closedAt }) => closedAt === null).length,
    livePeers: () => peers.filter((peer) => (peer.deref()?.connectionState ?? 'closed') !== 'closed').length,
    wasmBytes: () => sum(instances.map((instance) => memoryOf(instance)?.buffer.byteLength ?? 0)),
    externrefs: () => sum(instances.map(externrefs)),
    listeners: () => [...listeners.values()],
    /** What is alive now, as plain numbers. */
    count: () => ({ timers: timers.size, sockets: census.liveSockets(), peers: census.livePeers() }),
  };
})();
