// Headless Chromium with fake camera and microphone. One browser serves a whole test file.
import { chromium as playwright } from 'playwright-core';
import { chromium } from '../../../scripts/setup/chromium.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Browsers that stand in another network: what they ask of the loopback addresses here is fetched for them. */
const elsewhere = new WeakSet();

/**
 * Starts Chromium; `flags` are added to those every test needs. `launcher(program)` names a file that starts it in
 * another network (tests/netns/wire.mjs).
 */
export async function startBrowser({ flags = [], launcher } = {}) {
  const { chromium: program } = await chromium();
  const browser = await playwright.launch({ executablePath: launcher?.(program) ?? program, headless: true, args: [...FLAGS, ...flags] });
  if (launcher) elsewhere.add(browser);
  return browser;
}

/** A page of its own context, so that nothing but the server connects it to other pages. */
export async function newPage(browser) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  if (elsewhere.has(browser)) await context.route('http://127.0.0.1:*/**', async (route) => route.fulfill({ response: await route.fetch() }));
  return context.newPage();
}
