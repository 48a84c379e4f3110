// What the rows share: which libraries are compared, pages with them, and calls into page/measure.mjs.
import { newPage } from '../../browser/lib/browser.mjs';
import { PEER, SUBJECT } from '../../browser/lib/stage.mjs';
import { startProxy } from '../../server/proxy.mjs';

/** Which library stands on which side. */
export const SIDES = { ours: SUBJECT, theirs: PEER };
/** The other end of a conversation: the same for both sides. */
export const OTHER = PEER;

/** Pairs of samples that run side by side where they mostly wait. */
const ABREAST = 3;

let keys = 0;
/** A name that was not used before in this run. */
export const fresh = (prefix) => `${prefix}-${process.pid}-${(keys += 1)}`;

/** A page with the measures in it and these libraries loaded: `page.measure(name, sdk, options)`. */
export async function measuringPage(stage, sdks = [...new Set(Object.values(SIDES))]) {
  const page = await newPage(stage.browser);
  page.on('pageerror', (error) => console.error(`uncaught in the page: ${error.message}`));
  await page.goto(`${stage.site.origin}/`);
  await page.addScriptTag({ type: 'module', content: "await import('/bench/measure.mjs'); window.measuring = true;" });
  await page.waitForFunction('window.measuring', null, { polling: 50 });
  for (const sdk of sdks) await page.evaluate((name) => window.load(name).then(() => true), sdk);
  return {
    page,
    measure: (name, sdk, options) => page.evaluate(([name, sdk, options]) => window.measure(name, sdk, options), [name, sdk, options]),
    close: () => page.context().close(),
  };
}

/** `n` samples of each side, a few pairs at a time. */
export async function pairs(n, sample, abreast = ABREAST) {
  const samples = { ours: [], theirs: [] };
  for (let done = 0; done < n; done += abreast) {
    const batch = Array.from({ length: Math.min(abreast, n - done) }, () => Object.keys(SIDES)).flat();
    await Promise.all(batch.map(async (side) => samples[side].push(await sample(side))));
  }
  return samples;
}

/**
 * One room behind a proxy of its own, in a page of its own: Chromium makes a page wait that failed to connect often. It
 * joins by the measure `watch`, unless another is named, which then may be given tokens for several `rooms`.
 */
export async function behindProxy(stage, side, work, join = 'watch', rooms = 1) {
  const page = await measuringPage(stage, [SIDES[side]]);
  const proxy = await startProxy({ target: stage.server.url });
  const key = fresh('outage');
  const ask = (name, options) => page.measure(name, SIDES[side], { key, ...options });
  try {
    const tokens = Array.from({ length: rooms }, (_, i) => stage.server.token({ room: `${key}-${i}`, identity: 'bench' }));
    await ask(join, { url: proxy.url, token: tokens[0], tokens });
    return await work({ page: page.page, proxy, ask });
  } finally {
    await page.close();
    await proxy.stop();
  }
}
