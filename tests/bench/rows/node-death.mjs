// The node that hosts a room dies (SIGKILL) under two who publish camera and microphone: until each receives both media of
// the other again, the slower of the two. A cluster of two nodes on one Redis; another node takes the place of the dead.
import { openStage } from '../../browser/lib/stage.mjs';
import { startCluster } from '../../livekit/cluster.mjs';
import { SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { interleaved, median, row } from '../lib/statistics.mjs';

const PEOPLE = ['alice', 'bob'];
// Two pages that encode at full rate leave a small machine no time for anything else.
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';
/** Who is not back by then is taken to be back then, which is kind to whom it happens. */
const LATEST_MS = 20_000;

export async function nodeDeath(_, n) {
  const cluster = await startCluster();
  let stage;
  try {
    stage = await openStage({ livekit: false, flags: [SLOW_CAMERA] });
    const samples = await interleaved(n, (side) => sample(stage, cluster, SIDES[side]));
    const both = (what) => ['ours', 'theirs'].map((side) => what(samples[side])).join(' / ');
    const late = both((all) => all.filter((ms) => ms === LATEST_MS).length);
    const backOnly = both((all) => Math.round(median(all.filter((ms) => ms < LATEST_MS))));
    const note = `SIGKILL to media both ways, the slower of two publishing participants; not back within ${LATEST_MS / 1000} s and counted as that: ${late}; medians of those that came back: ${backOnly}`;
    return [{ ...row('node_death_ms', 'ms', samples), note }];
  } finally {
    await stage?.close();
    await cluster.stop();
  }
}

async function sample(stage, cluster, sdk) {
  const room = fresh('node');
  const [node] = cluster.nodes;
  await cluster.host(room, node);
  const pages = await Promise.all(PEOPLE.map(() => measuringPage(stage, [sdk])));
  const flows = () => Promise.all(pages.map((page, i) => page.measure('mediaFlows', sdk, { key: PEOPLE[i], identity: PEOPLE[1 - i] })));
  try {
    for (const [i, identity] of PEOPLE.entries()) {
      await pages[i].measure('watch', sdk, { url: cluster.url, token: cluster.token({ room, identity }), key: identity, camera: true });
    }
    await flows();
    const begun = performance.now();
    await node.kill();
    const back = flows().then(() => performance.now() - begun);
    back.catch(() => {}); // When the page is closed under it.
    return await Promise.race([back, new Promise((resolve) => setTimeout(resolve, LATEST_MS, LATEST_MS))]);
  } finally {
    await Promise.all(pages.map((page) => page.close()));
    await cluster.add();
  }
}
