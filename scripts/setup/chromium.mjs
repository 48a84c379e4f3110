// Chromium and ChromeDriver. On Debian as root they are installed; elsewhere a sentence says how to get them.
import { Failure, which } from '../lib/run.mjs';
import { install } from './debian.mjs';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const ELSE = ', or set CHROMIUM and CHROMEDRIVER to the programs';

const found = () => ({
  chromium: process.env.CHROMIUM || CHROMIUM.map((name) => which(name)).find(Boolean) || null,
  chromedriver: process.env.CHROMEDRIVER || which('chromedriver'),
});

/** Paths of both programs: `{ chromium, chromedriver }`. CHROMIUM and CHROMEDRIVER name others. */
export async function chromium() {
  const before = found();
  if (before.chromium && before.chromedriver) return before;
  const missing = [before.chromium || 'chromium', before.chromedriver || 'chromium-driver'].filter((name) => !name.includes('/'));
  await install(missing, ELSE);
  const after = found();
  if (after.chromium && after.chromedriver) return after;
  throw new Failure(`${missing.join(' and ')} could not be found after installing${ELSE}`);
}
