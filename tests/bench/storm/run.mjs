// npm run bench -- storm: a crowd of real clients on a real livekit-server loses its connections, and comes back.
//
//   npm run bench -- storm [--clients n] [--scenario name,name] [--policy name,name] [--processes n]
//
// Prints a table and writes target/storm.json and target/storm.svg; target/storm-part.* when not everything was
// measured. A run, one for each scenario and policy, has a fresh room, fresh processes and the same clients; between
// them and the server stands a TCP proxy that counts what arrives. It judges nothing: its exit code tells whether it
// could measure.
//
// livekit-server ends a session whose media never came up 60 s after its join, and these clients have no media. So
// everything, from the first join to the last figure, fits into less; that no client was ended so is checked.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { target } from '../../../scripts/lib/paths.mjs';
import { Failure, step } from '../../../scripts/lib/run.mjs';
import { startServer } from '../../livekit/server.mjs';
import { bundleForClients } from './crowd.mjs';
import { picture } from './picture.mjs';
import { CannotGather, GATHER_WITHIN_MS, measure, rehearse } from './measure.mjs';
import { POLICIES, SCENARIOS } from './scenarios.mjs';
import { table } from './table.mjs';

const WANTED = 650;
/** Another size is taken when the one before does not fit, down to this. */
const LEAST = 20;
const SHRINK = 0.75;
/** A process that did nothing for longer was not measuring: its clients, not the policy, decided when they came. */
const TOO_LONG_MS = 1_000;

function options(args) {
  const flags = ['--clients', '--scenario', '--policy', '--processes'];
  const unknown = args.find((arg, i) => i % 2 === 0 && !flags.includes(arg));
  if (unknown || args.length % 2) throw new Failure(`usage: npm run bench -- storm [${flags.join(' ...] [')} ...]`);
  const value = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const number = (flag, standard) => {
    const n = Number(value(flag) ?? standard);
    if (!Number.isInteger(n) || n < 1) throw new Failure(`${flag} is a number, 1 or more`);
    return n;
  };
  const some = (flag, all) => {
    const names = value(flag)?.split(',') ?? all.map(({ name }) => name);
    const wrong = names.find((name) => !all.some((each) => each.name === name));
    if (wrong) throw new Failure(`${flag}: there is no "${wrong}": ${all.map(({ name }) => name).join(', ')}`);
    return all.filter(({ name }) => names.includes(name));
  };
  return { wanted: number('--clients', WANTED), processes: number('--processes', 4), scenarios: some('--scenario', SCENARIOS), policies: some('--policy', POLICIES) };
}

/** The largest crowd, up to `wanted`, that this machine brings into one room in time. */
async function fitting(wanted, stage) {
  for (let clients = wanted; clients >= Math.min(LEAST, wanted); clients = Math.floor(clients * SHRINK)) {
    try {
      await step(`a rehearsal: ${clients} clients into one room`, () => rehearse({ ...stage, clients }));
      return clients;
    } catch (error) {
      if (!(error instanceof CannotGather)) throw error;
      console.log(`  ${error.message}`);
    }
  }
  throw new Failure(`not even ${LEAST} clients came into one room within ${GATHER_WITHIN_MS / 1000} s: there is nothing to measure`);
}

async function all({ wanted, processes, scenarios, policies }) {
  const server = await startServer({ ports: { port: 0, tcp: 0, udp: 0 } });
  try {
    const stage = { server, processes, ...(await bundleForClients()) };
    const clients = await fitting(wanted, stage);
    const results = [];
    for (const scenario of scenarios) {
      const runs = [];
      for (const policy of policies) runs.push(await step(`${scenario.title}: ${policy.title}`, () => measure({ ...stage, clients, scenario, policy })));
      const { name, title, share, door } = scenario;
      results.push({ name, title, share, door, runs });
    }
    return { wanted, clients, server: server.kind, stepMs: 100, scenarios: results };
  } finally {
    await server.stop();
  }
}

/** Called by scripts/bench.mjs with what follows `storm`. */
export async function storm(args) {
  const chosen = options(args);
  const result = await all(chosen);
  const size = result.clients < result.wanted ? `${result.clients} clients: the largest crowd that fits on this machine, ${result.wanted} did not` : `${result.clients} clients`;
  console.log(`\n${size}; times in s after the cut; peaks are connections that arrived.\n`);
  for (const scenario of result.scenarios) console.log(`${scenario.title}\n\n${table(scenario)}\n`);
  const blurred = result.scenarios.flatMap(({ runs }) => runs).filter(({ measuring }) => Math.max(measuring.longestPauseOfClientsMs, measuring.longestPauseOfProxyMs) > TOO_LONG_MS);
  if (blurred.length) console.log(`In ${blurred.length} of these runs a process paused for more than ${TOO_LONG_MS / 1000} s: this machine is busy, or the crowd too large for it. Times of those runs are the machine's.\n`);
  const complete = chosen.scenarios.length === SCENARIOS.length && chosen.policies.length === POLICIES.length && chosen.wanted === WANTED;
  const file = (ending) => join(target, `storm${complete ? '' : '-part'}.${ending}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(file('json'), `${JSON.stringify(result)}\n`);
  writeFileSync(file('svg'), picture(result));
  console.log(`written to ${basename(target)}/${basename(file('json'))} and ${basename(file('svg'))}`);
}
