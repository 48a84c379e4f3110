// The demo as a person gets it, for tests: a real livekit-server, www/ served by Vite (its dev server, or built and
// previewed), and Chromium.
//
//   const demo = await openDemo();
//   const page = await demo.join('kitchen', 'Ada');          // a page that has joined by its address
//   const page = await demo.open();                          // a page that shows the join form
//   await demo.close();
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, createServer, preview } from 'vite';
import { at } from '../../../scripts/lib/paths.mjs';
import { startServer } from '../../livekit/server.mjs';
import { newPage, startBrowser } from './browser.mjs';
import { requireRejoin } from './site.mjs';
import { SUBJECT } from './stage.mjs';

const CONFIG = at('www', 'vite.config.mjs');
// Two pages that encode three layers each at full rate leave a small machine no time for anything else.
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';
const PATIENCE_MS = 60_000;

/** Starts everything; `{ built: true }` serves what `vite build` makes instead of the sources. */
export async function openDemo({ built = false } = {}) {
  if (SUBJECT === 'rejoin') requireRejoin();
  const server = await startServer({ ports: { port: 0, tcp: 0, udp: 0 } });
  const keep = { ...process.env };
  Object.assign(process.env, { LIVEKIT_URL: server.url, LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret });
  const [site, browser] = await Promise.all([built ? startBuilt() : startDev(), startBrowser({ flags: [SLOW_CAMERA] })]);
  const pages = new Set();
  const faults = [];

  const demo = {
    server,
    browser,
    origin: site.origin,
    /** `script` is run in the page before its own scripts. */
    async open(query = {}, { width = 1280, height = 800, script } = {}) {
      const page = await newPage(browser);
      pages.add(page);
      page.setDefaultTimeout(PATIENCE_MS);
      page.on('pageerror', (error) => faults.push(error.message));
      await page.setViewportSize({ width, height });
      if (script) await page.addInitScript(script);
      await page.goto(`${site.origin}/?${new URLSearchParams(query)}`);
      await page.locator('#app > *').first().waitFor();
      return page;
    },
    async join(room, name, extra = {}, options) {
      const page = await demo.open({ room, name, autojoin: '', ...extra }, options);
      const inside = page.locator('.room');
      const refusal = page.locator('.join .notice');
      await inside.or(refusal).first().waitFor();
      if (await refusal.isVisible()) throw new Error(`${name} could not join: ${await refusal.textContent()}`);
      return page;
    },
    /** Closes the pages of a test; throws when an error in one of them was caught by nothing. */
    async clear() {
      await Promise.all([...pages].map((page) => page.context().close()));
      pages.clear();
      const found = faults.splice(0);
      if (found.length) throw new Error(`uncaught in a page: ${found.join('\n')}`);
    },
    async close() {
      await Promise.all([browser.close(), site.stop(), server.stop()]);
      for (const name of ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']) {
        if (keep[name] === undefined) delete process.env[name];
        else process.env[name] = keep[name];
      }
    },
  };
  return demo;
}

const common = { configFile: CONFIG, logLevel: 'warn', plugins: SUBJECT === 'livekit' ? [inItsPlace()] : [] };

async function startDev() {
  const vite = await createServer({ ...common, server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null } });
  await vite.listen();
  return { origin: `http://127.0.0.1:${vite.httpServer.address().port}`, stop: () => vite.close() };
}

/** What `vite build` makes, served: `{ origin, stop }`. */
export async function startBuilt() {
  const outDir = mkdtempSync(join(tmpdir(), 'rejoin-demo-'));
  await build({ ...common, build: { outDir, emptyOutDir: true } });
  const vite = await preview({ ...common, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const stop = async () => {
    await vite.close();
    rmSync(outDir, { recursive: true, force: true });
  };
  return { origin: `http://127.0.0.1:${vite.httpServer.address().port}`, stop };
}

// livekit-client as `rejoin`, as REJOIN_TEST_SDK=livekit does for the other browser tests.
function inItsPlace() {
  return {
    name: 'livekit-client-as-rejoin',
    enforce: 'pre',
    resolveId: (id) => (id === 'rejoin' ? '\0rejoin' : null),
    load: (id) => (id === '\0rejoin' ? "export * from 'livekit-client'; export default async () => {};" : null),
  };
}
