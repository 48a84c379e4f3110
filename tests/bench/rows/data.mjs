// Reliable messages of 1 KB to a peer in another page and back, both libraries in one room at the same time, by turns.
import { OTHER, SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { interleaved, row } from '../lib/statistics.mjs';

const WARM_UP = 20;
/** A round trip takes milliseconds: many make a better median than few. */
const TIMES = 10;

export async function dataRoundTrip(stage, n) {
  const room = fresh('data');
  const join = (identity) => ({ url: stage.server.url, token: stage.server.token({ room, identity }), key: identity });
  const [page, peer] = [await measuringPage(stage), await measuringPage(stage, [OTHER])];
  try {
    await peer.measure('echo', OTHER, join('echo'));
    for (const [side, sdk] of Object.entries(SIDES)) {
      await page.measure('join', sdk, join(side));
      await peer.measure('sees', OTHER, { key: 'echo', identity: side });
      await page.measure('sees', sdk, { key: side, identity: 'echo' });
    }
    const sample = (side) => page.measure('roundTrip', SIDES[side], { key: side, bytes: 1024, to: 'echo' });
    await interleaved(WARM_UP, sample);
    return [row('data_rtt_ms', 'ms', await interleaved(n * TIMES, sample))];
  } finally {
    await Promise.all([page.close(), peer.close()]);
  }
}
