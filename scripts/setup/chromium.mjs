// Chromium and ChromeDriver. On Debian as root they are installed; elsewhere a sentence says how to get them.
import { Failure, run, step, which } from '../lib/run.mjs';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

const found = () => ({
  chromium: process.env.CHROMIUM || CHROMIUM.map((name) => which(name)).find(Boolean) || null,
  chromedriver: process.env.CHROMEDRIVER || which('chromedriver'),
});

/** Paths of both programs: `{ chromium, chromedriver }`. CHROMIUM and CHROMEDRIVER name others. */
export async function chromium() {
  const before = found();
  if (before.chromium && before.chromedriver) return before;
  const missing = [before.chromium || 'chromium', before.chromedriver || 'chromium-driver'].filter((name) => !name.includes('/'));
  const names = missing.join(' and ');
  if (process.getuid?.() !== 0 || !which('apt-get')) {
    throw new Failure(`${names} missing: install it (Debian: apt-get install ${missing.join(' ')}) or set CHROMIUM and CHROMEDRIVER to the programs`);
  }
  await step(`installing ${names} from Debian`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env });
  });
  const after = found();
  if (after.chromium && after.chromedriver) return after;
  throw new Failure(`${names} could not be found after installing: set CHROMIUM and CHROMEDRIVER to the programs`);
}
