// A link that falls silent: from the silence to the moment at which a library tells that it has noticed.
import { startProxy } from '../../server/proxy.mjs';
import { SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { median, row } from '../lib/statistics.mjs';

const DIRECTIONS = ['both', 'down', 'up'];
const NOTICED = ['SignalReconnecting', 'Reconnecting', 'Disconnected'];
/** Between two pings of livekit-server's clients: where between them a silence begins decides much. */
const PING_MS = 5000;

// Cameras at full rate leave a small machine no time for anything else.
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';
/** Meetings of each side that are on the wire when it falls silent. */
const MEETINGS = 2;

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Medians of the single directions, for the note. */
function note(samples, what) {
  const each = (direction) => ['ours', 'theirs'].map((side) => (median(samples[side].filter((sample) => sample.direction === direction).map(({ ms }) => ms)) / 1000).toFixed(1)).join(' / ');
  return `${what}; medians in s: ${DIRECTIONS.map((direction) => `${direction} ${each(direction)}`).join(', ')}`;
}

const summary = (name, samples, what) => ({
  ...row(name, 'ms', { ours: samples.ours.map(({ ms }) => ms), theirs: samples.theirs.map(({ ms }) => ms) }),
  note: note(samples, what),
});

/**
 * The signalling socket alone falls silent, behind a proxy; no media is subscribed. All samples wait at the same time,
 * each in a room and behind a proxy of its own; where between two pings the silence begins is the same for both sides.
 */
export async function silentSocket(stage, n) {
  const page = await measuringPage(stage);
  const each = Math.ceil(n / DIRECTIONS.length);
  const proxies = [];
  const sample = async (side, direction, i) => {
    const proxy = await startProxy({ target: stage.server.url });
    proxies.push(proxy);
    const key = fresh('silent');
    await page.measure('watch', SIDES[side], { url: proxy.url, token: stage.server.token({ room: key, identity: 'bench' }), key });
    return async () => {
      // After the first pong, so that a round trip is known.
      await rest(PING_MS + 500 + (i / each) * PING_MS);
      await page.measure('begin', SIDES[side], { key });
      proxy.silence({ direction });
      const ms = await page.measure('told', SIDES[side], { key, events: NOTICED });
      proxy.resume();
      proxy.cut();
      await page.measure('leave', SIDES[side], { key });
      return { direction, ms };
    };
  };
  try {
    const samples = { ours: [], theirs: [] };
    const waiting = [];
    for (const direction of DIRECTIONS) {
      for (let i = 0; i < each; i += 1) {
        for (const side of i % 2 ? ['theirs', 'ours'] : ['ours', 'theirs']) {
          const joined = await sample(side, direction, i);
          waiting.push(joined().then((result) => samples[side].push(result)));
        }
      }
    }
    await Promise.all(waiting);
    return [summary('silent_notice_ms', samples, 'signalling through a silent proxy, three directions')];
  } finally {
    await page.close();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
}

/** The whole path falls silent, media included: packets are dropped between two network namespaces. Needs root. */
export async function silentPath(_, n) {
  const [{ startWire }, { openStage }] = await Promise.all([import('../../netns/wire.mjs'), import('../../browser/lib/stage.mjs')]);
  const wire = await startWire();
  const stage = await openStage({ wire, flags: [SLOW_CAMERA] }).catch(async (error) => {
    await wire.stop();
    throw error;
  });
  const each = Math.max(1, Math.ceil(n / DIRECTIONS.length / MEETINGS));
  const samples = { ours: [], theirs: [] };
  try {
    for (let i = 0; i < each; i += 1) {
      for (const direction of DIRECTIONS) {
        const sides = Array.from({ length: MEETINGS }, () => Object.keys(SIDES)).flat();
        const pairs = await Promise.all(sides.map((side) => meeting(stage, side)));
        await rest(PING_MS + (i / each) * PING_MS);
        await Promise.all(pairs.map((pair) => pair.begin()));
        await wire.drop({ direction });
        await Promise.all(pairs.map(async (pair) => samples[pair.side].push({ direction, ms: await pair.noticed() })));
        await wire.heal();
        await Promise.all(pairs.map((pair) => pair.close()));
      }
    }
    return [summary('silent_path_notice_ms', samples, 'packets dropped between network namespaces, camera and microphone subscribed, three directions')];
  } finally {
    await stage.close();
    await wire.stop();
  }
}

/** One who publishes and one who watches, in one page; the watcher is measured. */
async function meeting(stage, side) {
  const page = await measuringPage(stage, [SIDES[side]]);
  const room = fresh('path');
  const ask = (name, options) => page.measure(name, SIDES[side], options);
  // The server is on another machine, as far as a token is concerned, and has no certificate.
  const options = SIDES[side] === 'rejoin' ? { allowInsecure: true } : {};
  const ticket = (identity) => ({ options, url: stage.server.url, token: stage.server.token({ room, identity }), key: `${room}-${identity}` });
  await ask('watch', { ...ticket('watcher') });
  await ask('watch', { ...ticket('speaker'), camera: true });
  await ask('mediaFlows', { key: `${room}-watcher`, identity: 'speaker' });
  return {
    side,
    begin: () => ask('begin', { key: `${room}-watcher` }),
    noticed: () => ask('told', { key: `${room}-watcher`, events: NOTICED }),
    close: () => page.close(),
  };
}
