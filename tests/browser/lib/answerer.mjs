// Gives the scriptable server a media transport: offers of its clients, in the join request or later, are answered by a
// page with real peer connections. Single peer connection (v1) only; no media flows.
import { newPage } from './browser.mjs';

/**
 * `stage`: openStage's. Resolves with `{ peer, run }`: set `server.peer = peer`, and `run` in the server's script, where
 * it answers the offer that came with the join.
 */
export async function startAnswerer(stage) {
  const page = await newPage(stage.browser);
  await page.goto(`${stage.site.origin}/`);
  await page.addScriptTag({ type: 'module', url: '/page/answerer.mjs' });
  await page.waitForFunction('window.answer');
  let keys = 0;
  const known = new Map();
  const keyOf = (connection) => {
    if (!known.has(connection)) {
      const key = (keys += 1);
      known.set(connection, key);
      connection.closed.then(() => {
        known.delete(connection);
        return page.evaluate((key) => forget(key), key).catch(() => {}); // The page may be gone with its test.
      });
    }
    return known.get(connection);
  };
  const answer = async (connection, offer) => {
    const sdp = await page.evaluate(({ key, sdp }) => window.answer(key, sdp), { key: keyOf(connection), sdp: offer.sdp }).catch((error) => {
      if (connection.open) throw error;
    });
    if (sdp && connection.open) connection.send({ answer: { type: 'answer', sdp, id: offer.id } });
  };
  return {
    peer: {
      handle(connection, { case: kind, value }) {
        if (kind === 'offer') answer(connection, value);
      },
    },
    run: async (connection) => {
      const offer = connection.dial.join?.publisherOffer;
      if (offer?.sdp) await answer(connection, offer);
    },
  };
}
