// One run: a crowd joins through the proxy, rests, is hurt, is watched. What was seen is turned into figures by figures.mjs.
import { Failure } from '../../../scripts/lib/run.mjs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startProxy } from '../../server/proxy.mjs';
import { Crowd } from './crowd.mjs';
import { connectedOverTime, figuresOf, histogram } from './figures.mjs';

/** From the first join to everybody in the room. With rest and watch it stays below the 60 s that run.mjs tells of. */
export const GATHER_WITHIN_MS = 14_000;
/** The server tells of newcomers without media every few seconds. */
const KNOWN_WITHIN_MS = 8_000;
const REST_MS = 1_000;
const WATCH_MS = 35_000;
const JOINS_PER_SECOND = 120;
const TRIES = 3;
const JOIN_FAILURE = 7; // DisconnectReason

/** Everybody in time: that is what this machine or this server could not do. */
export class CannotGather extends Error {}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** The clock of the crowd's processes, see clients.mjs. */
const epoch = (at) => performance.timeOrigin + at;
let rooms = 0;

/** Starts a crowd behind a proxy, has it join and rest, hands both to `work`, and takes both down whatever happens. */
async function withCrowd({ server, processes, module, wasm, clients, policy }, work) {
  rooms += 1;
  const room = `storm-${process.pid}-${rooms}`;
  const proxy = await startProxy({ target: server.url });
  const crowd = new Crowd(clients, processes);
  try {
    await crowd.prepare({ policy, module, wasm });
    const tokens = Array.from({ length: clients }, (_, n) => server.token({ room, identity: `client-${n}` }));
    const begun = performance.now();
    const joined = await crowd.join({ url: proxy.url, tokens, perSecond: JOINS_PER_SECOND, withinMs: GATHER_WITHIN_MS });
    const gatheredMs = performance.now() - begun;
    if (joined < clients || gatheredMs > GATHER_WITHIN_MS) throw new CannotGather(`${joined} of ${clients} were in the room after ${(gatheredMs / 1000).toFixed(1)} s`);
    return await work({ proxy, crowd, gatheredMs });
  } finally {
    await crowd.stop();
    await proxy.stop();
    await server.rooms.deleteRoom(room).catch(() => {}); // It may have gone by itself.
  }
}

/** Only the first half: shows whether a crowd of this size fits. */
export const rehearse = (stage) => withCrowd({ ...stage, policy: 'rejoin' }, ({ crowd }) => everybody(crowd));

/**
 * Where everybody is, when everybody is there and knows of everybody: policies may look at the size of the room, and one
 * that is seen too small would be measured with another room's delay.
 */
async function everybody(crowd) {
  const until = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    await pause(REST_MS);
    const places = await crowd.ports();
    const here = places.filter(({ connected }) => connected).length;
    if (here < places.length) throw new CannotGather(`${here} of ${places.length} were still in the room a moment later`);
    const fewest = Math.min(...places.map(({ participants }) => participants));
    if (fewest >= places.length * 0.99) return places;
    if (performance.now() > until) throw new CannotGather(`a client knew of ${fewest} of ${places.length} participants after ${KNOWN_WITHIN_MS / 1000} s`);
  }
}

/** Runs `scenario` with `policy`; resolves with its figures and its course in steps of 100 ms. Tries again when not everybody came. */
export async function measure(stage) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await measureOnce(stage);
    } catch (error) {
      if (!(error instanceof CannotGather)) throw error;
      console.log(`  ${error.message}, although as many were in the rehearsal: is the machine busy with something else?`);
      if (tries === TRIES) throw new Failure(`${stage.clients} clients did not come together in ${TRIES} tries: take fewer with --clients`);
    }
  }
}

async function measureOnce(stage) {
  const { scenario, policy, clients } = stage;
  const lag = monitorEventLoopDelay({ resolution: 10 });
  return withCrowd({ ...stage, policy: policy.name }, async ({ proxy, crowd, gatheredMs }) => {
    const places = await everybody(crowd);
    const chosen = places.filter(({ client }) => isChosen(client, scenario.share));
    const ports = new Set(chosen.map(({ port }) => port));
    lag.enable();
    const cutAt = performance.now();
    if (scenario.door) proxy.limit(scenario.door);
    const reset = proxy.cut(({ port }) => ports.has(port));
    if (reset !== chosen.length) throw new Failure(`${reset} connections were reset where ${chosen.length} clients were meant`);
    const opening = scenario.door && setTimeout(() => proxy.accept(), scenario.door.forMs);
    await pause(WATCH_MS);
    clearTimeout(opening);
    lag.disable();
    const report = await crowd.report();
    return describe({ clients, scenario, policy, gatheredMs, report, cut: new Set(chosen.map(({ client }) => client)), cutAt, arrivals: proxy.arrivals, proxyPauseMs: lag.max / 1e6 });
  });
}

/** Spread evenly over the numbers and so over the processes: of 0.2 every fifth. */
export const isChosen = (client, share) => Math.floor((client + 1) * share) > Math.floor(client * share);

function describe({ clients, scenario, policy, gatheredMs, report, cut, cutAt, arrivals, proxyPauseMs }) {
  const sinceCut = (event) => ({ ...event, at: event.at - epoch(cutAt) });
  const [dials, changes, ended] = [report.dials, report.changes, report.ended].map((events) => events.map(sinceCut).filter(({ at }) => at >= 0));
  const evicted = ended.filter(({ reason }) => reason === JOIN_FAILURE).length;
  if (evicted) throw new Failure(`the server ended ${evicted} sessions because no media came: the run took too long to count`);
  const moments = (some) => some.map(({ at }) => at - cutAt);
  const admitted = arrivals.filter((arrival) => arrival.admitted);
  const facts = { arrivals: moments(arrivals), dials, changes, ended, cut, clients, windowMs: WATCH_MS };
  return {
    policy: policy.name,
    title: policy.title,
    clients,
    cut: cut.size,
    door: scenario.door,
    figures: figuresOf(facts),
    /** What shows whether the measuring itself kept up: the longest time a process did nothing. */
    measuring: { gatheredMs, longestPauseOfClientsMs: report.longestPauseMs, longestPauseOfProxyMs: proxyPauseMs },
    series: {
      arrivals: histogram(moments(arrivals), WATCH_MS),
      admitted: histogram(moments(admitted), WATCH_MS),
      connected: connectedOverTime(changes, clients, WATCH_MS),
    },
  };
}
