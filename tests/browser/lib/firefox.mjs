// Headless Firefox with a fake camera and microphone, driven by WebDriver BiDi. Its pages are as much like those of
// browser.mjs as `Client` needs.
import { launch } from 'puppeteer-core';
import { firefox } from '../../../scripts/setup/firefox.mjs';

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
};

/** Starts Firefox: `{ newPage(), close() }`. */
export async function startFirefox() {
  const browser = await launch({ browser: 'firefox', executablePath: await firefox(), headless: true, extraPrefsFirefox: PREFERENCES });
  return {
    async newPage() {
      const context = await browser.createBrowserContext();
      return Object.assign(await context.newPage(), { context: () => context });
    },
    close: () => browser.close(),
  };
}
