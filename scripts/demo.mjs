// npm run demo: the room page on a real livekit-server, until Ctrl-C.
// npm run demo -- --check: the same without a person: headless Chromium joins twice, media and data are verified both
// ways, the connection is hurt and heals; five figures and exit code 0, or the reason why not.
//
// The server: LIVEKIT_URL with LIVEKIT_API_KEY and LIVEKIT_API_SECRET, else a livekit-server on PATH, else the pinned one,
// built on first use. A person without any of these gets the signalling server of tests/server/; the check does not.
// Whatever is started here ends with this process.
import { build } from './build.mjs';
import { lab } from './lab.mjs';
import { at } from './lib/paths.mjs';
import { Failure, main } from './lib/run.mjs';
import { startServer } from '../tests/livekit/server.mjs';

const PORT = 5173;

async function findServer({ needsMedia }) {
  try {
    return await startServer();
  } catch (error) {
    if (needsMedia || !(error instanceof Failure)) throw error;
    const { startScriptable } = await import('../tests/server/server.mjs');
    const { startPeer } = await import('../tests/server/peer.mjs');
    const server = await startScriptable({ forgetAfterMs: 20_000 });
    // A headless Chromium completes the connections and forwards the chat. Without one no page gets beyond "connecting".
    await startPeer(server).catch((why) => {
      throw new Failure(`${error.message}\nNor can a server without media take its place: ${why.message}`);
    });
    console.log(`${error.message}\nSo this is a signalling server only: names, mute marks, metadata and chat work; audio and video need a real livekit-server.`);
    return { ...server, kind: 'signalling' };
  }
}

async function serve(server) {
  Object.assign(process.env, { LIVEKIT_URL: server.url, LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret });
  // Not imported above: in a fresh clone this file is read before the npm packages are there.
  const { createServer } = await import('vite');
  const vite = await createServer({ configFile: at('www', 'vite.config.mjs'), logLevel: 'warn', clearScreen: false, server: { port: PORT } });
  await vite.listen();
  return { origin: `http://127.0.0.1:${vite.httpServer.address().port}`, stop: () => vite.close() };
}

const SERVERS = {
  env: 'the server that LIVEKIT_URL names',
  path: 'the livekit-server on PATH',
  built: 'the pinned livekit-server',
  signalling: 'a signalling server without media',
};

async function demo() {
  await build({ dev: true });
  await lab();
  const server = await findServer({ needsMedia: false });
  const site = await serve(server);
  console.log(`\nThe demo runs on ${SERVERS[server.kind]} (${server.url}). Open it twice, it is a room:\n\n  ${site.origin}/?room=demo\n\nWhat a crowd does to a server that falters:\n\n  ${site.origin}/storm.html\n\nCtrl-C ends it.`);
  await new Promise(() => {});
}

async function check() {
  await build();
  await lab();
  const server = await findServer({ needsMedia: true });
  let site;
  try {
    site = await serve(server);
    const { checkDemo } = await import('./demo/check.mjs');
    for (const [name, ms] of await checkDemo(site.origin)) console.log(`${name} ms: ${Math.round(ms)}`);
  } finally {
    await Promise.all([site?.stop(), server.stop()]);
  }
}

await main(async () => {
  const [flag, ...rest] = process.argv.slice(2);
  if (rest.length || (flag && flag !== '--check')) throw new Failure('usage: npm run demo [-- --check]');
  await (flag ? check() : demo());
});
