// The packed package in Node, and bundled by esbuild, which copies no wasm.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { startBrowser } from '../browser/lib/browser.mjs';
import { makeConsumer } from './lib/consumer.mjs';
import { resultOf, serveFolder } from './lib/pages.mjs';

const ask = `
  const context = { retryCount: 0, elapsedMs: 0, serverUrl: 'wss://example.com', cause: 'remote', numParticipants: 10000 };
  const drawn = Array.from({ length: 100 }, () => new DefaultReconnectPolicy().nextRetryDelayInMs(context));
  const print = (value) => console.log(JSON.stringify(value));
  print({ different: new Set(drawn).size, least: Math.min(...drawn), most: Math.max(...drawn), room: typeof Room, event: RoomEvent.Reconnected });`;

function sensible(printed) {
  const { different, least, most, room, event } = JSON.parse(printed);
  assert.ok(different > 90, `100 clients of one room draw ${different} different delays`);
  assert.ok(least >= 0 && most <= 15_250, `within the window: ${least} to ${most} ms`);
  assert.equal(room, 'function');
  assert.equal(event, 'reconnected');
}

describe('the package in Node', () => {
  let consumer;
  before(async () => {
    consumer = await makeConsumer();
  });
  after(() => consumer?.remove());

  test('policies work after init', async () => {
    consumer.write('main.js', `import init, { DefaultReconnectPolicy, Room, RoomEvent } from 'rejoin'; await init(); ${ask}`);
    sensible(await consumer.node('main.js'));
  });

  test('policies work at once from rejoin/auto', async () => {
    consumer.write('auto.js', `import { DefaultReconnectPolicy, Room, RoomEvent } from 'rejoin/auto'; ${ask}`);
    sensible(await consumer.node('auto.js'));
  });

  test('all entries are one module: what one has started works in the others', async () => {
    consumer.write('both.js', `
      import init from 'rejoin/slim';
      import { readFile } from 'node:fs/promises';
      import { fileURLToPath } from 'node:url';
      import { DefaultReconnectPolicy, Room, RoomEvent } from 'rejoin/inline';
      await init({ wasm: readFile(fileURLToPath(import.meta.resolve('rejoin/rejoin.wasm'))) }); ${ask}`);
    sensible(await consumer.node('both.js'));
  });

  test('a policy used before init says what to call', async () => {
    consumer.write('early.js', `
      import { DefaultReconnectPolicy } from 'rejoin';
      try { new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 }); } catch (error) { console.log(error.message); }`);
    assert.match(await consumer.node('early.js'), /call `await init\(\)`/);
  });

  test('bundled by esbuild for Node it needs no file beside it', async () => {
    consumer.write('main.js', `import init, { DefaultReconnectPolicy, Room, RoomEvent } from 'rejoin'; await init(); ${ask}`);
    await build({ entryPoints: [consumer.path('main.js')], outfile: consumer.path('out', 'main.mjs'), bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    sensible(await consumer.node('out/main.mjs'));
  });

  test('rejoin/inline, bundled by esbuild, runs in a page from one file', { timeout: 60_000 }, async () => {
    consumer.write('page.js', `
      import init, { DefaultReconnectPolicy } from 'rejoin/inline';
      await init();
      window.result = new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 1, elapsedMs: 0 });`);
    await build({ entryPoints: [consumer.path('page.js')], outfile: consumer.path('site', 'page.js'), bundle: true, format: 'esm', logLevel: 'error' });
    consumer.write('site/index.html', '<!doctype html><title>inline</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
    const [site, browser] = await Promise.all([serveFolder(consumer.path('site')), startBrowser()]);
    try {
      assert.ok((await resultOf(browser, `${site.origin}/`)) > 0);
      assert.deepEqual(site.asked.filter((path) => path.endsWith('.wasm')), []);
    } finally {
      await Promise.all([site.stop(), browser.close()]);
    }
  });
});
