// Loads the library a test asks for and keeps the clients of this page: `?sdk=rejoin` or `?sdk=livekit`, more with
// `load(name)`. Both are plain ES modules served as they are published, without a bundler in between.
import { Client } from './client.mjs';

const loaded = {};

async function load(name) {
  if (name === 'rejoin') {
    const module = await import('rejoin');
    await module.default();
    return module;
  }
  if (name === 'livekit') return import('livekit-client');
  throw new Error(`unknown sdk ${name}`);
}

/** The namespace of a library, loaded once. */
window.load = (name) => (loaded[name] ??= load(name));

/** A new client of this page; the first one of `?sdk=` is `window.client`. */
window.newClient = async (name) => new Client(await window.load(name));

/** Ends what the page's client does and gives the page a new one. Resolves with whether nothing was left alive. */
window.reset = async () => {
  await window.client?.end();
  document.body.replaceChildren();
  window.client = await window.newClient(wanted);
  const { timers, sockets, peers } = census.count();
  return timers + sockets + peers === 0;
};

const wanted = new URLSearchParams(location.search).get('sdk');
window.ready = (async () => {
  if (!wanted) return;
  window.SDK = await window.load(wanted);
  window.client = await window.newClient(wanted);
})();
