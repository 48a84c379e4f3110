// The packed package in the hosts that livekit-client does not serve, each the real one: Deno, Bun, Node, Cloudflare's
// workerd and Vercel's edge-runtime. Each gets the entry that its own bundler or loader picks, and a real server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { startServer } from '../livekit/server.mjs';
import { makeConsumer } from '../package/lib/consumer.mjs';

const TIMEOUT = { timeout: 120_000 };
const host = createRequire(at('tests', 'edge', 'hosts', 'package.json'));
const program = (name) => at('tests', 'edge', 'hosts', 'node_modules', '.bin', name);

let server;
let consumer;
before(async () => {
  [server, consumer] = await Promise.all([startServer({ ports: { port: 0, tcp: 0, udp: 0 } }), makeConsumer()]);
  consumer.copy(at('tests', 'edge', 'hosts', 'visit.js'), 'visit.js');
});
after(async () => {
  consumer?.remove();
  await server?.stop();
});

const facts = (room) => {
  const token = (identity) => server.token({ room, identity });
  return { url: server.url, tokens: { ada: token('ada'), bob: token('bob'), none: token('eve').slice(0, -9) } };
};

const EXPECTED = {
  state: 'connected',
  met: ['bob'],
  came: 'ada',
  told: { seat: '7' },
  data: 'unsupported',
  after: ['connected', 'bob'],
  lost: 1,
  refused: [true, 401],
  thrownOut: [2, 'disconnected'],
  over: [1, 'disconnected', 0],
};
const assertVisited = (seen, room) => assert.deepEqual(seen, { ...EXPECTED, room });

// What is asked of a program comes as its argument, what it saw as the line that begins so.
const MARK = 'seen: ';
const main = (options = '') => `
  import { visit } from './visit.js';
  const asked = JSON.parse((globalThis.Deno?.args ?? process.argv.slice(2))[0]);
  console.log(${JSON.stringify(MARK)} + JSON.stringify(await visit({ ...asked, options: { ${options} } })));`;
const WS = `import webSocket from ${JSON.stringify(pathToFileURL(at('node_modules', 'ws', 'wrapper.mjs')).href)};`;

const PROGRAMS = {
  // It may reach the server, and nothing else of this machine.
  Deno: { command: (file, { url }) => [program('deno'), 'run', `--allow-net=${new URL(url).host}`, file] },
  Bun: { command: (file) => [program('bun'), file] },
  'Node with ws': { command: (file) => [process.execPath, file], text: WS + main('webSocket') },
  // From Node 22 on it is there without the flag.
  'Node with its own WebSocket': { command: (file) => [process.execPath, '--experimental-websocket', file] },
};
for (const [n, [name, { command, text = main() }]] of Object.entries(PROGRAMS).entries()) {
  test(`a room in ${name}, which ends by itself when the room is left`, TIMEOUT, async () => {
    const [room, file] = [`program-${n}`, `main-${n}.js`];
    consumer.write(file, text);
    const asked = facts(room);
    const [executable, ...args] = command(file, asked);
    const { output } = await run(executable, [...args, JSON.stringify(asked)], { cwd: consumer.folder, timeoutMs: 60_000 });
    const line = output.split('\n').find((each) => each.startsWith(MARK));
    assert.ok(line, output);
    assertVisited(JSON.parse(line.slice(MARK.length)), room);
  });
}

/** One file of `contents`, as a bundler for such a host makes it; `plugin` says what an import of the wasm becomes. */
async function bundled(contents, { condition, format, plugin }) {
  const setup = (of) => plugin(of, /\.wasm(\?module)?$/);
  const stdin = { contents, resolveDir: consumer.folder };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format, conditions: [condition], plugins: [{ name: 'wasm', setup }], logLevel: 'silent' });
  return outputFiles[0].text;
}

/** A worker in workerd whose module is `contents`. */
async function worker(t, contents, compatibilityDate = '2026-07-01') {
  const { Miniflare } = host('miniflare');
  const plugin = (of, wasm) => of.onResolve({ filter: wasm }, () => ({ path: './rejoin.wasm', external: true }));
  const file = (type, path, text) => ({ type, path: consumer.path(path), contents: text });
  const running = new Miniflare({
    modulesRoot: consumer.folder,
    modules: [
      file('ESModule', 'worker.js', await bundled(contents, { condition: 'workerd', format: 'esm', plugin })),
      file('CompiledWasm', 'rejoin.wasm', readFileSync(at('pkg', 'dist', 'rejoin.wasm'))),
    ],
    compatibilityDate,
  });
  t.after(() => running.dispose());
  return async (asked) => {
    const answer = await running.dispatchFetch('http://worker/', { method: 'POST', body: JSON.stringify(asked) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  };
}

// The older one knows fewer options of fetch.
for (const date of ['2023-01-01', '2026-07-01']) {
  test(`rooms in workerd of ${date}, one request after the other`, TIMEOUT, async (t) => {
    const ask = await worker(t, "import { visit } from './visit.js'; export default { fetch: async (request) => Response.json(await visit(await request.json())) };", date);
    for (const room of [`${date}-1`, `${date}-2`]) assertVisited(await ask(facts(room)), room);
  });
}

test('rejoin/auto in workerd is ready with the module; what needs entropy says that there is none before a request', TIMEOUT, async (t) => {
  const ask = await worker(
    t,
    `import { DefaultReconnectPolicy } from 'rejoin/auto';
    const ask = () => new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 1, elapsedMs: 0 });
    let early;
    try { ask(); } catch (error) { early = [error.name, error.code]; }
    export default { fetch: () => Response.json({ early, late: ask() }) };`,
  );
  const { early, late } = await ask({});
  assert.deepEqual(early, ['DeviceUnsupportedError', 'unsupported']);
  assert.ok(late >= 0, String(late));
});

test('a room in edge-runtime', TIMEOUT, async () => {
  const { EdgeRuntime } = host('edge-runtime');
  const plugin = (of, wasm) => {
    of.onResolve({ filter: wasm }, ({ path }) => ({ path, namespace: 'wasm' }));
    of.onLoad({ filter: /\?module$/, namespace: 'wasm' }, () => ({ contents: 'export default globalThis.rejoinWasm;' }));
  };
  const code = await bundled("import { visit } from './visit.js'; globalThis.visit = visit;", { condition: 'edge-light', format: 'iife', plugin });
  const runtime = new EdgeRuntime();
  runtime.context.rejoinWasm = await WebAssembly.compile(readFileSync(at('pkg', 'dist', 'rejoin.wasm')));
  runtime.evaluate(code);
  // Its own WebSocket is an undici that cannot be reached from inside: it loses a server's last words (src/web/socket.js).
  runtime.context.webSocket = WebSocket;
  const asked = JSON.stringify(facts('edge-runtime'));
  const seen = JSON.parse(await runtime.evaluate(`visit({ ...${asked}, options: { webSocket } }).then(JSON.stringify)`));
  assertVisited(seen, 'edge-runtime');
});
