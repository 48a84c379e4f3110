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

/** Starts Chromium; `flags` are added to those every test needs. */
export async function startBrowser({ flags = [] } = {}) {
  const { chromium: executablePath } = await chromium();
  return playwright.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
}

/** A page of its own context, so that nothing but the server connects it to other pages. */
export async function newPage(browser) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  return context.newPage();
}
