// Programs that Debian packages bring: found on PATH, installed when this is Debian and root, else asked for in a sentence.
// It knows no versions: what Debian has is good enough for what is asked of it here.
import { Failure, run, step, which } from '../lib/run.mjs';

// Debian keeps some of them where only root's PATH looks.
const FOLDERS = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
/** Another installation may be under way: it is waited for. */
const WAIT_S = 300;

export const find = (program) => which(program, FOLDERS);

/**
 * Installs `packages` and tells nothing about what is in them. `why` is the end of the sentence for those who cannot:
 * "chromium is missing: ...".
 */
export async function install(packages, why = '') {
  const names = packages.join(' and ');
  if (process.getuid?.() !== 0 || !which('apt-get')) {
    throw new Failure(`${names} missing: install it (Debian, as root: apt-get install ${packages.join(' ')})${why}`);
  }
  await step(`installing ${names} from Debian`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const lock = ['-o', `DPkg::Lock::Timeout=${WAIT_S}`];
    await run('apt-get', [...lock, 'update', '-q'], { env });
    await run('apt-get', [...lock, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  });
}

/** Paths of programs by their names; `from` says which package has which: `{ ip: 'iproute2' }`. */
export async function programs(from, why) {
  const missing = () => Object.keys(from).filter((name) => !find(name));
  if (missing().length) await install([...new Set(missing().map((name) => from[name]))], why);
  const still = missing();
  if (still.length) throw new Failure(`${still.join(' and ')} could not be found after installing`);
  return Object.fromEntries(Object.keys(from).map((name) => [name, find(name)]));
}
