// A service with three regions at the server's end of a wire, under the names that livekit-client takes for LiveKit Cloud's
// and with a certificate made on the spot. Browsers need the flags it names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../scripts/lib/run.mjs';
import { programs } from '../../scripts/setup/debian.mjs';

const FRONT = fileURLToPath(new URL('front.mjs', import.meta.url));
const DOMAIN = 'livekit.cloud';
const REGIONS = [
  { region: 'first', port: 4431 },
  { region: 'second', port: 4432 },
  { region: 'third', port: 4433 },
].map((each) => ({ ...each, host: `${each.region}.${DOMAIN}`, url: `https://${each.region}.${DOMAIN}` }));

const mapped = (address) => REGIONS.map(({ host, port }) => `MAP ${host} ${address}:${port}`).join(',');

/** Flags for a browser at the client's end. */
export const regionFlags = (wire) => [`--host-resolver-rules=${mapped(wire.server.address)}`, '--ignore-certificate-errors'];

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

/** Starts the fronts of `server`: `{ regions: [{ region, url, port }], url, stop }`, `url` the first one's to join by. */
export async function startRegions(wire, server) {
  const facts = { ...(await certificate()), host: wire.server.address, upstream: server.ports.port, regions: REGIONS };
  const [program, ...args] = wire.server.place.inside(process.execPath, [FRONT, JSON.stringify(facts)]);
  const front = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(front.stdout, 'data'), once(front, 'close')]);
  const stop = async () => {
    if (front.exitCode !== null) return;
    front.stdin.end();
    await once(front, 'close');
  };
  return { regions: REGIONS, url: `wss://${REGIONS[0].host}`, stop };
}
