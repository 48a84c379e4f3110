// What surrounds a room. Each may be missing on some host, and is then simply not there.
import { quietly } from './js.js';

// As src/web/host.rs knows them.
const ONLINE = 0;
const OFFLINE = 1;
const VISIBLE = 2;
const HIDDEN = 3;
const RESUME = 4;
const PAGE_SHOW = 5;
const PAGE_HIDE = 6;
const NETWORK_CHANGE = 7;

// The most particular mark first: most browsers carry the marks of others as well.
const BROWSERS = { 'Edg/': 'Edge', 'OPR/': 'Opera', 'SamsungBrowser/': 'Samsung Browser', 'Firefox/': 'Firefox', 'Chrome/': 'Chrome', 'Version/': 'Safari' };
const RUNTIMES = { Deno: 'Deno', Bun: 'Bun', process: 'Node' };
const SYSTEMS = { Windows: 'Windows', Android: 'Android', iPhone: 'iOS', iPad: 'iOS', 'Mac OS X': 'macOS', Linux: 'Linux' };

/** The browser's description of itself, "" elsewhere. */
export const userAgent = () => globalThis.navigator?.userAgent ?? '';

export const hasWebRtc = () => !!globalThis.RTCPeerConnection;

export const visible = () => globalThis.document?.hidden !== true;

/** Browser, its version, operating system and kind of network, "" where it is not said. */
export function details() {
  const agent = userAgent();
  const find = (table, has) => Object.keys(table).find(has);
  const inAgent = (mark) => agent.includes(mark);
  const mark = find(BROWSERS, inAgent);
  const [browser, version] = mark
    ? [BROWSERS[mark], /^[\d.]*/.exec(agent.slice(agent.indexOf(mark) + mark.length))[0]]
    : [RUNTIMES[find(RUNTIMES, (name) => globalThis[name])], ''];
  return [browser, version, SYSTEMS[find(SYSTEMS, inAgent)], globalThis.navigator?.connection?.type].map((text) => text ?? '');
}

/** Real entropy; nothing where the host gives none. */
export const entropy = (count) => quietly(() => crypto.getRandomValues(new Uint8Array(count)));

// The last reading of the wall clock as it was told, and how far that is ahead of what the clock says.
let last = -Infinity;
let lead = 0;

/**
 * Milliseconds of the monotonic clock. Where there is none, of the wall clock, which may be put back: its readings are
 * then moved on, so that no timer waits for an hour that has passed already.
 */
export function now() {
  const monotonic = globalThis.performance?.now?.();
  if (typeof monotonic === 'number') return monotonic;
  const wall = Date.now();
  lead = Math.max(lead, last - wall);
  last = wall + lead;
  return last;
}

/** Listens to network and page. Returns what ends it. */
export function watch(heard) {
  const stops = [];
  const listen = (target, name, event) => {
    const listener = (of) => {
      const what = event(of);
      if (what !== undefined) heard(what);
    };
    quietly(() => {
      target.addEventListener(name, listener);
      stops.push(() => target.removeEventListener(name, listener));
    });
  };
  const { document, navigator } = globalThis;
  listen(globalThis, 'online', () => ONLINE);
  listen(globalThis, 'offline', () => OFFLINE);
  // A page that was loaded, not brought back, has nothing to mend.
  listen(globalThis, 'pageshow', ({ persisted }) => (persisted ? PAGE_SHOW : undefined));
  listen(globalThis, 'pagehide', () => PAGE_HIDE);
  listen(document, 'visibilitychange', () => (visible() ? VISIBLE : HIDDEN));
  listen(document, 'resume', () => RESUME);
  listen(navigator?.connection, 'change', () => NETWORK_CHANGE);
  return () => stops.forEach((stop) => stop());
}
