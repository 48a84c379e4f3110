// What a first region that misbehaves costs a connect in Chromium, beside livekit-client in the same run: a cluster of two
// livekit-servers behind three regions with TLS and the list that names them, under names that both libraries take for
// LiveKit Cloud's. The list is at hand (prepareConnection) or is asked for; when the whole first region is out of reach so
// is its list: then Rejoin is given another endpoint, and livekit-client, which has no such option, is not measured.
import { startCluster } from '../../livekit/cluster.mjs';
import { planRegions } from '../../livekit/regions.mjs';
import { openStage } from '../../browser/lib/stage.mjs';
import { step } from '../../../scripts/lib/run.mjs';
import { SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { median } from '../lib/statistics.mjs';

/**
 * `whole`: nothing of that region answers. `waits`: its samples mostly wait and are taken side by side. `healsAfterMs`: then
 * it is well. `under`: it befalls rooms that are connected, and the time is that to `reconnected`.
 */
const CASES = [
  { name: 'refused', fault: 'refused', whole: true, figure: [800, 800] },
  { name: '503', fault: '503', figure: [800, 800] },
  { name: '403, pinned elsewhere', fault: '403', figure: [800, 800] },
  { name: 'TLS stalls', fault: 'tls', whole: true, waits: true, figure: [4_000, 6_000] },
  { name: 'no answer to the upgrade', fault: 'stall', waits: true, figure: [4_000, 6_000] },
  { name: 'open, then silent', fault: 'silent', waits: true, figure: [6_000, 6_000] },
  { name: '429, Retry-After: 1, for 1 s', fault: '429', waits: true, healsAfterMs: 1_000, figure: [null, null] },
  { name: 'refused, under a room', fault: 'refused', waits: true, under: true, figure: [null] },
];
/** Who has not joined by then is not waited for. */
const LATEST_MS = 25_000;
/** Nor who is not back by then. */
const LATEST_BACK_MS = 55_000;

export const listing = (listed) => (listed ? 'list at hand' : 'list asked for');
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const within = (latest, work) => Promise.race([work.then((ms) => ({ ms }), () => ({ failed: true })), rest(latest).then(() => ({}))]);

/** What is done with a page before the fault and after it: `{ before, after }`, the latter with `{ ms }`, `{ failed }` or neither. */
function measuresOf({ under }, listed) {
  if (!under) {
    const before = async ({ ask }) => listed && ask('knowing');
    return { before, after: ({ ask }) => within(LATEST_MS, ask('joining')) };
  }
  const before = async ({ ask }) => {
    await ask('watch');
    await ask('begin');
  };
  const over = async (ask) => {
    await ask('told', { events: ['Disconnected'] });
    throw new Error('given up');
  };
  return { before, after: ({ ask }) => within(LATEST_BACK_MS, Promise.race([ask('told', { events: ['Reconnected'] }), over(ask)])) };
}

async function samplesOf({ stage, cluster, plan, regions }, one, listed, n) {
  const { fault, whole, waits, healsAfterMs } = one;
  const sides = Object.keys(SIDES).filter((side) => listed || !whole || SIDES[side] === 'rejoin');
  const options = !listed && whole ? { regions: { endpoint: `${plan.regions[1].url}/settings/regions` } } : undefined;
  const { before, after } = measuresOf(one, listed);
  const pages = [];
  for (const side of Array.from({ length: n }, () => sides).flat()) {
    const { measure, close } = await measuringPage(stage, [SIDES[side]]);
    const key = fresh('failover');
    const ticket = { key, url: plan.url, token: cluster.token({ room: key, identity: 'bench' }), options };
    const page = { side, close, ask: (name, more) => measure(name, SIDES[side], { ...ticket, ...more }) };
    await before(page);
    pages.push(page);
  }
  await regions.tell(0, fault);
  const healed = healsAfterMs && rest(healsAfterMs).then(() => regions.tell(0, null));
  const results = [];
  if (waits) results.push(...(await Promise.all(pages.map(after))));
  else for (const page of pages) results.push(await after(page));
  await healed;
  await regions.tell(0, null);
  await Promise.all(pages.map(({ close }) => close()));
  return Object.fromEntries(sides.map((side) => [side, results.filter((_, i) => pages[i].side === side)]));
}

/** The median of those that came there; what became of the others. */
function said(runs, { under }) {
  const latest = under ? LATEST_BACK_MS : LATEST_MS;
  if (!runs) return { text: '-' };
  const joined = runs.filter(({ ms }) => ms !== undefined).map(({ ms }) => ms);
  const ms = joined.length ? median(joined) : undefined;
  const failed = runs.filter((run) => run.failed).length;
  const late = runs.length - joined.length - failed;
  const parts = [ms?.toFixed(0), failed && `${failed} failed`, late && `${late} not within ${latest / 1000} s`];
  return { ms, failed, late, text: parts.filter(Boolean).join(', ') };
}

/** Rows `{ name, listed, n, figure, ours, theirs }`; ours and theirs are `{ ms, failed, late, text }`. */
export async function clusterRows(n) {
  const cluster = await startCluster();
  let stage;
  let regions;
  try {
    const plan = await planRegions();
    stage = await openStage({ livekit: false, flags: plan.flags });
    const [first, second] = cluster.nodes.map(({ server }) => server.ports.port);
    regions = await plan.start([first, second, second]);
    const rows = [];
    for (const one of CASES) {
      for (const listed of one.under ? [true] : [true, false]) {
        const samples = await step(`cluster: ${one.name}, ${listing(listed)}`, () => samplesOf({ stage, cluster, plan, regions }, one, listed, n));
        rows.push({ name: one.name, listed, n, figure: one.figure[listed ? 0 : 1], ours: said(samples.ours, one), theirs: said(samples.theirs, one) });
      }
    }
    return rows;
  } finally {
    await regions?.stop();
    await stage?.close();
    await cluster.stop();
  }
}
