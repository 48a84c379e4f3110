// The packed package in Vite, without any configuration: its dev server and its build, run in Chromium.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { build, createServer } from 'vite';
import { at } from '../../scripts/lib/paths.mjs';
import { startBrowser } from '../browser/lib/browser.mjs';
import { makeConsumer } from './lib/consumer.mjs';
import { resultOf, serveFolder } from './lib/pages.mjs';

const page = (script) => `<!doctype html><title>consumer</title><link rel="icon" href="data:,"><script type="module" src="/${script}"></script>`;
const AUTO = "import { DefaultReconnectPolicy } from 'rejoin/auto'; window.result = new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 1, elapsedMs: 0 });";
const RETRY = `
  import init, { DefaultReconnectPolicy } from 'rejoin';
  const attempts = [];
  const attempt = (options) => init(options).then(() => attempts.push('started'), (error) => attempts.push(error.message));
  await attempt({ wasm: '/nowhere.wasm' });
  await attempt({ wasm: '/index.html' });
  await attempt({ wsm: '/rejoin.wasm' });
  await Promise.all([attempt(), attempt()]);
  await attempt();
  window.result = { attempts, delay: new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 1, elapsedMs: 0 }) };`;

function worked(result) {
  assert.match(result.before, /await init\(\)/, 'a use before init says what to call');
  assert.ok(result.delay > 0, `a delay: ${result.delay}`);
  assert.equal(result.fresh, true);
  assert.equal(result.refused, 'ConnectionError');
  assert.equal(result.states.at(-1), 'disconnected');
}

describe('an app built with Vite', () => {
  let consumer;
  let browser;
  before(async () => {
    [consumer, browser] = await Promise.all([makeConsumer(), startBrowser()]);
    consumer.copy(at('tests', 'package', 'consumer', 'app.js'), 'app.js');
    consumer.write('index.html', page('app.js'));
    consumer.write('auto.js', AUTO);
    consumer.write('auto.html', page('auto.js'));
    consumer.write('retry.js', RETRY);
    consumer.write('retry.html', page('retry.js'));
  });
  after(async () => {
    await browser?.close();
    consumer?.remove();
  });

  test('runs from the dev server', { timeout: 120_000 }, async () => {
    const vite = await createServer({ root: consumer.folder, configFile: false, logLevel: 'error', server: { host: '127.0.0.1', port: 0, ws: false, watch: null } });
    try {
      await vite.listen();
      const origin = `http://127.0.0.1:${vite.httpServer.address().port}`;
      worked(await resultOf(browser, `${origin}/`));
      assert.ok((await resultOf(browser, `${origin}/auto.html`)) > 0);
    } finally {
      await vite.close();
    }
  });

  test('runs when built, downloads one wasm, and starts again after a failed start', { timeout: 120_000 }, async () => {
    const input = ['index', 'auto', 'retry'].map((name) => consumer.path(`${name}.html`));
    await build({ root: consumer.folder, configFile: false, logLevel: 'error', build: { rolldownOptions: { input } } });
    assert.equal(readdirSync(consumer.path('dist', 'assets')).filter((name) => name.endsWith('.wasm')).length, 1);
    const site = await serveFolder(consumer.path('dist'));
    try {
      worked(await resultOf(browser, `${site.origin}/`));
      assert.equal(site.asked.filter((path) => path.endsWith('.wasm')).length, 1);
      assert.ok((await resultOf(browser, `${site.origin}/auto.html`)) > 0);
      const { attempts, delay } = await resultOf(browser, `${site.origin}/retry.html`);
      assert.match(attempts[0], /nowhere\.wasm answered 404/);
      assert.match(attempts[1], /is not the wasm of rejoin/);
      assert.match(attempts[2], /unknown option "wsm"/);
      assert.deepEqual(attempts.slice(3), ['started', 'started', 'started']);
      assert.ok(delay > 0);
    } finally {
      await site.stop();
    }
  });

  test('runs from a host that serves wasm as plain bytes', { timeout: 120_000 }, async () => {
    const site = await serveFolder(consumer.path('dist'), { '.wasm': 'application/octet-stream' });
    try {
      worked(await resultOf(browser, `${site.origin}/`));
    } finally {
      await site.stop();
    }
  });
});
