// What a browser loads: of Rejoin the wasm, the glue and the loader, of livekit-client a minified bundle of what a room
// needs. JavaScript of both goes through the same bundler; each file is compressed by itself, as a server would.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { at } from '../../../scripts/lib/paths.mjs';
import { SIDES } from '../lib/bench.mjs';

const WAYS = {
  bytes_raw: (bytes) => bytes.length,
  bytes_gzip: (bytes) => gzipSync(bytes, { level: 9 }).length,
  bytes_brotli: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
};

const LIBRARIES = {
  livekit: async () => [await bundled("export { Room, RoomEvent } from 'livekit-client'")],
  rejoin: async () => [await bundled("export { default, Room, RoomEvent } from 'rejoin'"), readFileSync(at('pkg', 'dist', 'rejoin.wasm'))],
};

async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: at('www') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles[0].contents);
}

export async function bytes() {
  const files = { ours: await LIBRARIES[SIDES.ours](), theirs: await LIBRARIES[SIDES.theirs]() };
  const weigh = (side, way) => files[side].reduce((total, file) => total + way(file), 0);
  return Object.entries(WAYS).map(([name, way]) => {
    const [ours, theirs] = [weigh('ours', way), weigh('theirs', way)];
    return { name, unit: 'B', ours, theirs, ratio: ours / theirs, n: 1 };
  });
}
