// A signal update of 1,000 participants, each with a microphone and a camera, sent by the scriptable server: how long it
// takes to decode, apply and tell, and what it holds in memory afterwards.
import { ParticipantInfo, ParticipantInfo_State, ParticipantUpdate, TrackInfo, TrackSource, TrackType } from '@livekit/protocol';
import { newPage } from '../../browser/lib/browser.mjs';
import { attachPeer } from '../../server/peer.mjs';
import { startScriptable } from '../../server/server.mjs';
import { SIDES, fresh, measuringPage } from '../lib/bench.mjs';
import { interleaved, row } from '../lib/statistics.mjs';

const COUNT = 1000;
const TRACKS = 2;

const track = (i, source, type, mimeType) => new TrackInfo({ sid: `TR_${TrackSource[source]}_${i}`, name: `${source}-${i}`, type, source, mimeType });

/** The message, made once: both sides get the same bytes. */
const update = new ParticipantUpdate({
  participants: Array.from(
    { length: COUNT },
    (_, i) =>
      new ParticipantInfo({
        sid: `PA_bench${i}`,
        identity: `participant-${i}`,
        name: `Participant number ${i}`,
        state: ParticipantInfo_State.ACTIVE,
        metadata: JSON.stringify({ avatar: `https://example.com/${i}.png`, role: 'guest' }),
        attributes: { seat: String(i), language: 'en' },
        isPublisher: true,
        version: 1,
        tracks: [track(i, TrackSource.MICROPHONE, TrackType.AUDIO, 'audio/opus'), track(i, TrackSource.CAMERA, TrackType.VIDEO, 'video/VP8')],
      }),
  ),
});

async function withServer(stage, work) {
  const server = await startScriptable();
  const peer = await newPage(stage.browser);
  try {
    await attachPeer(server, peer);
    return await work(server);
  } finally {
    await server.stop();
    await peer.context().close();
  }
}

/** Joins and resolves with the connection the update is to be sent on. */
async function joinedOn(server, { measure }, name, sdk, key) {
  const url = { url: server.url, token: server.token({ room: fresh('crowd'), identity: 'bench' }) };
  await measure(name, sdk, { ...url, key, count: COUNT, tracks: TRACKS });
  return server.nextConnection();
}

export const updateOf1000 = (stage, n) =>
  withServer(stage, async (server) => {
    const page = await measuringPage(stage);
    const sample = async (side) => {
      const key = fresh('update');
      const connection = await joinedOn(server, page, 'beforeUpdate', SIDES[side], key);
      connection.send({ update });
      return page.measure('applied', SIDES[side], { key });
    };
    try {
      for (const side of Object.keys(SIDES)) await sample(side);
      return [row('update_1000_ms', 'ms', await interleaved(n, sample))];
    } finally {
      await page.close();
    }
  });

/** A page of its own for each sample: memory that was once taken is not given back. */
export const memoryOf1000 = (stage, n) =>
  withServer(stage, async (server) => {
    const sample = async (side) => {
      const sdk = SIDES[side];
      const page = await measuringPage(stage, [sdk]);
      const session = await page.page.context().newCDPSession(page.page);
      const used = async () => {
        // Twice: what a finalizer lets go of is garbage only then.
        for (let round = 0; round < 2; round += 1) await session.send('HeapProfiler.collectGarbage');
        const { usedSize } = await session.send('Runtime.getHeapUsage');
        return usedSize + (await page.measure('wasmBytes', sdk));
      };
      try {
        const key = fresh('memory');
        const connection = await joinedOn(server, page, 'join', sdk, key);
        const before = await used();
        connection.send({ update });
        const seen = await page.measure('lookAtAll', sdk, { key, count: COUNT });
        if (seen.publications !== COUNT * TRACKS) throw new Error(`${seen.publications} publications, not ${COUNT * TRACKS}`);
        return (await used()) - before;
      } finally {
        await page.close();
      }
    };
    return [row('memory_1000_bytes', 'B', await interleaved(n, sample))];
  });
