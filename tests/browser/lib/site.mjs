// A static server for the test page and for both libraries exactly as they are published: Rejoin from pkg/, found
// through the `exports` of its package.json as a browser's bundler would, livekit-client from node_modules.
// It builds nothing and caches nothing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, resolve, sep } from 'node:path';
import { at } from '../../../scripts/lib/paths.mjs';
import { Failure } from '../../../scripts/lib/run.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const CONDITIONS = ['browser', 'import', 'default'];

const FOLDERS = {
  '/page/': at('tests', 'browser', 'page'),
  '/bench/': at('tests', 'bench', 'page'),
  '/rejoin/': at('pkg'),
  '/livekit-client/': at('node_modules', 'livekit-client', 'dist'),
};

/** The file of pkg/ that a browser gets for `import 'rejoin'`, relative to pkg/, or null when there is none yet. */
export function rejoinEntry(subpath = '.') {
  const { exports } = JSON.parse(readFileSync(at('pkg', 'package.json'), 'utf8'));
  let target = exports?.[subpath];
  while (target && typeof target === 'object') {
    const condition = Object.keys(target).find((each) => CONDITIONS.includes(each));
    target = target[condition];
  }
  return target ? normalize(target) : null;
}

/** Fails with a sentence when pkg/ has not been built. */
export function requireRejoin() {
  const entry = rejoinEntry();
  if (!entry || !existsSync(at('pkg', entry)) || !existsSync(at('pkg', 'dist'))) throw new Failure('pkg/ is not built: npm run build');
}

/** Starts the site on a free port of the loopback address: `{ origin, requested, stop }`. */
export async function startSite() {
  const imports = { 'livekit-client': '/livekit-client/livekit-client.esm.mjs' };
  const entry = rejoinEntry();
  if (entry) imports.rejoin = `/rejoin/${entry.split(sep).join('/')}`;
  const page = readFileSync(at('tests', 'browser', 'page', 'index.html'), 'utf8').replace('__IMPORT_MAP__', JSON.stringify({ imports }));
  /** Paths that browsers asked for, in order. */
  const requested = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requested.push(pathname);
    const send = (status, type, body) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(body);
    };
    if (pathname === '/') return send(200, TYPES['.html'], page);
    const file = fileOf(decodeURIComponent(pathname));
    if (!file) return send(404, 'text/plain', 'not found');
    send(200, TYPES[extname(file)] ?? 'application/octet-stream', readFileSync(file));
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${server.address().port}`, requested, stop };
}

function fileOf(pathname) {
  const prefix = Object.keys(FOLDERS).find((each) => pathname.startsWith(each));
  if (!prefix) return null;
  const folder = FOLDERS[prefix];
  const file = resolve(join(folder, pathname.slice(prefix.length)));
  const inside = file.startsWith(folder + sep) || dirname(file) === folder;
  return inside && existsSync(file) && statSync(file).isFile() ? file : null;
}
