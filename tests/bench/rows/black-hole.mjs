// The first of three regions swallows the openings of TCP connections, the list of regions is known: from connect() to
// joined. Both libraries take the names of the regions for LiveKit Cloud's. Needs root, for network namespaces.
import { openStage } from '../../browser/lib/stage.mjs';
import { planRegions } from '../../livekit/regions.mjs';
import { startWire } from '../../netns/wire.mjs';
import { SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { row } from '../lib/statistics.mjs';

/** Every sample in a page of its own, all at the same time: they only wait. */
export async function blackHole(_, n) {
  const wire = await startWire();
  let stage;
  let fronts;
  try {
    const plan = await planRegions(wire.server.place);
    stage = await openStage({ wire, flags: plan.flags });
    fronts = await plan.start(plan.regions.map(() => stage.server.ports.port));
    const who = Array.from({ length: n }, () => Object.keys(SIDES)).flat();
    const pages = await Promise.all(who.map(async (side) => ({ side, key: fresh('hole'), ...(await measuringPage(stage, [SIDES[side]])) })));
    const ticket = (key) => ({ key, url: plan.url, token: stage.server.token({ room: key, identity: 'bench' }) });
    for (const { side, key, measure } of pages) await measure('knowing', SIDES[side], ticket(key));
    await wire.drop({ direction: 'up', syn: true, port: plan.regions[0].port });
    const samples = { ours: [], theirs: [] };
    await Promise.all(pages.map(async ({ side, key, measure }) => samples[side].push(await measure('joining', SIDES[side], ticket(key)))));
    return [{ ...row('blackhole_connect_ms', 'ms', samples), note: 'first of three regions drops SYN, list known from prepareConnection(), both under *.livekit.cloud, connect() to joined' }];
  } finally {
    await fronts?.stop();
    await stage?.close();
    await wire.stop();
  }
}
