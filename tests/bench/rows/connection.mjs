// Joining and healing on the real server, both libraries by turns in one page.
import { SIDES, behindProxy, fresh, measuringPage, pairs } from '../lib/bench.mjs';
import { interleaved, row } from '../lib/statistics.mjs';

async function sampled(stage, name, n, sample) {
  const page = await measuringPage(stage);
  try {
    // One of each that does not count: the first loads code and opens devices.
    for (const side of Object.keys(SIDES)) await sample(page, side);
    return [row(name, 'ms', await interleaved(n, (side) => sample(page, side)))];
  } finally {
    await page.close();
  }
}

const ticket = (stage) => ({ url: stage.server.url, token: stage.server.token({ room: fresh('bench'), identity: 'bench' }) });

export const connect = (stage, n) => sampled(stage, 'connect_ms', n, ({ measure }, side) => measure('connect', SIDES[side], ticket(stage)));

const scenario = (name, scenario) => (stage, n) =>
  sampled(stage, name, n, ({ measure }, side) => measure('scenario', SIDES[side], { ...ticket(stage), scenario }));

export const resume = scenario('resume_ms', 'signal-reconnect');
export const fullReconnect = scenario('full_reconnect_ms', 'full-reconnect');

/** Rooms of one page whose sockets are reset together: most of a sample is waiting. */
const CUT_TOGETHER = 6;

/** The socket is reset by a proxy: the client cannot know why, so it may wait as if many had been cut with it. */
export async function resumeCut(stage, n) {
  const sample = ({ proxy, ask }) => {
    proxy.cut();
    return ask('healed');
  };
  const { ours, theirs } = await pairs(Math.ceil(n / CUT_TOGETHER), (side) => behindProxy(stage, side, sample, 'beforeCut', CUT_TOGETHER));
  return [row('resume_cut_ms', 'ms', { ours: ours.flat(), theirs: theirs.flat() })];
}
