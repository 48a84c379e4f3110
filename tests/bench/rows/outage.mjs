// A server that cannot be reached for a while: how soon a room is back once it can, and how often it has asked.
import { behindProxy, pairs } from '../lib/bench.mjs';
import { median, row } from '../lib/statistics.mjs';

const REFUSED_MS = 3000;
/** Pairs side by side that do nothing but wait for seconds. */
const WAITING = 6;

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const times = (samples) => ({ ours: samples.ours.map(({ ms }) => ms), theirs: samples.theirs.map(({ ms }) => ms) });
const attempts = (samples) => ['ours', 'theirs'].map((side) => median(samples[side].map(({ arrivals }) => arrivals))).join(' / ');

/** The server refuses for 3 s, then opens: from there to `reconnected`. Every connection it sees is counted. */
export async function refused(stage, n) {
  const samples = await pairs(n, (side) =>
    behindProxy(stage, side, async ({ proxy, ask }) => {
      const before = proxy.arrivals.length;
      proxy.refuse();
      proxy.cut();
      await rest(REFUSED_MS);
      await ask('begin');
      proxy.accept();
      const ms = await ask('told', { events: ['Reconnected'] });
      return { ms, arrivals: proxy.arrivals.length - before };
    }),
    WAITING,
  );
  const note = `cut, refused for ${REFUSED_MS / 1000} s, from the port's opening to \`reconnected\`; connections the server saw, medians: ${attempts(samples)}`;
  return [{ ...row('refused_connect_ms', 'ms', times(samples)), note }];
}

/** Of Rejoin alone: the app calls `reconnectNow()` when the server that refused is there again. */
async function reconnectNow(stage, n) {
  const times = [];
  for (let done = 0; done < n; done += 1) {
    times.push(
      await behindProxy(stage, 'ours', async ({ proxy, ask }) => {
        proxy.refuse();
        proxy.cut();
        await rest(REFUSED_MS);
        proxy.accept();
        await ask('reconnectNow');
        return ask('told', { events: ['Reconnected'] });
      }),
    );
  }
  return times;
}

/** The network goes and the server cannot be reached; both come back: from the `online` event to `reconnected`. */
export async function online(stage, n) {
  const samples = await pairs(n, (side) =>
    behindProxy(stage, side, async ({ page, proxy, ask }) => {
      const before = proxy.arrivals.length;
      await ask('begin');
      await page.context().setOffline(true);
      proxy.refuse();
      proxy.cut();
      await rest(REFUSED_MS);
      proxy.accept();
      await page.context().setOffline(false);
      const ms = await ask('told', { events: ['Reconnected'], from: 'Online' });
      return { ms, arrivals: proxy.arrivals.length - before };
    }),
  );
  const asked = await reconnectNow(stage, Math.ceil(n / 3));
  const note = `offline and refused for ${REFUSED_MS / 1000} s, from the \`online\` event to \`reconnected\`; connections the server saw, medians: ${attempts(samples)}; refused for as long, from reconnectNow() (rejoin only, n ${asked.length}): ${median(asked).toFixed(0)} ms, at most ${Math.max(...asked).toFixed(0)}`;
  return [{ ...row('online_recovery_ms', 'ms', times(samples)), note }];
}
