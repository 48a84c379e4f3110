// Firefox. On Debian as root it is installed; elsewhere a sentence says how to get it.
import { Failure, which } from '../lib/run.mjs';
import { install } from './debian.mjs';

const ELSE = ', or set FIREFOX to the program';

const found = () => process.env.FIREFOX || which('firefox-esr') || which('firefox');

/** The path of the program. FIREFOX names another. */
export async function firefox() {
  if (!found()) await install(['firefox-esr'], ELSE);
  const program = found();
  if (program) return program;
  throw new Failure(`firefox could not be found after installing${ELSE}`);
}
