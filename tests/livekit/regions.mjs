// A service with three regions, under the names that livekit-client takes for LiveKit Cloud's and with a certificate made
// on the spot. Browsers need the flags it names.
//
//   const plan = await planRegions();                       // or (wire.server.place): see tests/netns/wire.mjs
//   const stage = await openStage({ flags: plan.flags });
//   const regions = await plan.start([port, port, port]);   // of a livekit-server for each
//   await regions.tell(0, 'tls');                           // a fault of front.mjs; null heals
//   await regions.stop();
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Failure, run } from '../../scripts/lib/run.mjs';
import { programs } from '../../scripts/setup/debian.mjs';
import { tcpPort } from './ports.mjs';
import { HERE } from './server.mjs';

const FRONT = fileURLToPath(new URL('front.mjs', import.meta.url));
const DOMAIN = 'livekit.cloud';
const NAMES = ['first', 'second', 'third'];

async function certificate() {
  const { openssl } = await programs({ openssl: 'openssl' });
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-tls-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  try {
    const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=*.${DOMAIN}`];
    await run(openssl, ['req', ...made, '-keyout', key, '-out', cert]);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the regions will be: `{ regions: [{ region, url, port }], url, flags, start }`, `url` the first one's to join by. */
export async function planRegions({ host, inside } = HERE) {
  const regions = [];
  for (const region of NAMES) regions.push({ region, name: `${region}.${DOMAIN}`, url: `https://${region}.${DOMAIN}`, port: await tcpPort() });
  const rules = regions.map(({ name, port }) => `MAP ${name} ${host}:${port}`);
  return {
    regions,
    url: `wss://${regions[0].name}`,
    flags: [`--host-resolver-rules=${rules.join(',')}`, '--ignore-certificate-errors'],
    start: (upstreams) => start({ host, regions: regions.map((each, i) => ({ ...each, upstream: upstreams[i] })) }, inside),
  };
}

async function start(facts, inside) {
  const [program, ...args] = inside(process.execPath, [FRONT, JSON.stringify({ ...facts, ...(await certificate()) })]);
  const front = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(front, 'close');
  const said = createInterface({ input: front.stdout })[Symbol.asyncIterator]();
  const hear = async () => {
    if ((await said.next()).done) throw new Failure('the fronts of the regions have ended');
  };
  const stop = async () => {
    front.stdin.end();
    await closed;
  };
  await hear();
  const tell = (region, fault) => {
    front.stdin.write(`${JSON.stringify({ region, fault })}\n`);
    return hear();
  };
  return { tell, stop };
}
