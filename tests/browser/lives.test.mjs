// Whole lives of a room on the real server, as tests/sim/lives.rs lives them on a model: three clients with Rejoin, each
// behind a TCP proxy of its own, and one with livekit-client, in Chromium with fake media; random trouble of every kind by a
// seed. Afterwards, with the network left alone, everybody agrees on what was last asked for and nothing accepted is lost.
//
// A seed fixes what is asked for and when; what the network, the server and the machine make of it differs a little each time.
//
//   REJOIN_LIVES=50 REJOIN_FROM=1000 node --test tests/browser/lives.test.mjs     50 lives, 1000 the first seed
//   REJOIN_BROWSER=firefox ..               the clients with Rejoin are in Firefox
//   REJOIN_STORY=1 ..                       what each client did, with a failure
//   REJOIN_PAGE_LOG=1 ..                    all that the pages log, in detail
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startFirefox } from './lib/firefox.mjs';
import { Life } from './lib/life.mjs';
import { openStage } from './lib/stage.mjs';

const { REJOIN_BROWSER, REJOIN_FROM: first, REJOIN_LIVES: count } = process.env;
/** Those that found something, unless others are asked for. */
const SEEDS = first || count ? Array.from({ length: Number(count ?? 1) }, (_, i) => Number(first ?? 1) + i) : [305, 502, 602, 700];
// Three cameras at full rate leave a small machine no time for anything else.
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';

let stage;
let firefox;
before(async () => {
  stage = await openStage({ flags: [SLOW_CAMERA] });
  if (REJOIN_BROWSER === 'firefox') firefox = await startFirefox();
});
after(async () => {
  await firefox?.close();
  await stage?.close();
});
afterEach(() => stage.clear());

for (const seed of SEEDS) {
  test(`life ${seed}`, { timeout: 400_000 }, async (t) => {
    const life = new Life(stage, seed, firefox);
    t.after(() => life.stop());
    await life.begin();
    await life.live();
    await life.judge();
    await life.end();
    const { accounts } = life;
    const lived = ([who, { episodes, sids, stay, sent }]) =>
      `${who}: ${episodes} episodes, ${sids.length} sessions, ${stay} leaves, ${sent.accepted.length} of ${sent.sent} messages accepted`;
    t.diagnostic([...Object.entries(accounts).map(lived), ...life.notes].join('; '));
    const story = () => Object.entries(accounts).map(([who, { log }]) => `${who}:\n  ${log.join('\n  ')}`);
    const words = [`seed ${seed}:`, ...life.wrong, ...(process.env.REJOIN_STORY ? story() : [])];
    assert.deepEqual(life.wrong, [], words.join('\n'));
  });
}
