// Headless Chromium for built pages, and a static server of files as a plain web host would be.
import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { newPage } from '../../browser/lib/browser.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

/** Serves `folder`; `{ origin, asked, stop }`, `asked` being the paths of all requests. `types` overrides content types. */
export async function serveFolder(folder, types = {}) {
  const asked = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    asked.push(pathname);
    const file = normalize(join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': { ...TYPES, ...types }[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, stop };
}

/** Opens `url` and resolves with `window.result` of its module script; rejects with the page's error. */
export async function resultOf(browser, url) {
  const page = await newPage(browser);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  try {
    await page.goto(url);
    await page.waitForFunction(() => window.result !== undefined, null, { timeout: 30_000 });
    return await page.evaluate(() => window.result);
  } catch (error) {
    throw new Error(`${errors.join('\n') || 'no error in the page'}\n${error.message}`);
  } finally {
    await page.context().close();
  }
}
