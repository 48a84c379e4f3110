// Builds the livekit-server that tests/livekit/go.mod pins, once a version, into the cache.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../lib/cache.mjs';
import { at, hash, pathWith } from '../lib/paths.mjs';
import { Failure, run, which } from '../lib/run.mjs';

const MODULE = 'github.com/livekit/livekit-server';
const PROGRAM = 'livekit-server';
const folder = at('tests', 'livekit');

/** The path of the pinned `livekit-server`. */
export async function livekitServer() {
  const pins = ['go.mod', 'go.sum'].map((file) => readFileSync(join(folder, file), 'utf8'));
  const version = pins[0].match(/livekit-server v([\d.]+)/)[1];
  const place = await cached(PROGRAM, `${version}-${hash(...pins).slice(0, 8)}`, `building ${PROGRAM} ${version} (about two minutes, once)`, (draft) => {
    // Go's usual place is looked at too: installers often leave PATH to the user.
    const path = `${pathWith()}:/usr/local/go/bin`;
    const go = which('go', path);
    if (!go) {
      throw new Failure(
        'Go 1.26 or later is missing, it builds the livekit-server that the tests need: install it from go.dev/dl, ' +
          'or put a livekit-server on PATH, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET to use a running one',
      );
    }
    return run(go, ['build', '-o', join(draft, PROGRAM), `${MODULE}/cmd/server`], { cwd: folder, env: { PATH: path, GOFLAGS: '-mod=readonly' } });
  });
  return join(place, PROGRAM);
}
