// What a file of browser tests stands on: a real livekit-server, the static site, one Chromium. Opened once a file.
//
//   const stage = await openStage();
//   const alice = await stage.client();             // a page with Rejoin
//   const bob = await stage.client('livekit');      // a page with npm livekit-client
//   await stage.close();
//
// `REJOIN_TEST_SDK=livekit` puts livekit-client in Rejoin's place: for comparison, and to try the tests themselves.
import { startServer } from '../../livekit/server.mjs';
import { startBrowser } from './browser.mjs';
import { Client } from './client.mjs';
import { requireRejoin, startSite } from './site.mjs';

/** The library under test. */
export const SUBJECT = process.env.REJOIN_TEST_SDK ?? 'rejoin';
/** The library it must get along with. */
export const PEER = 'livekit';

/** Starts everything; `{ livekit: false }` leaves the real server out, `flags` are further flags of Chromium. */
export async function openStage({ livekit = true, flags } = {}) {
  if (SUBJECT === 'rejoin') requireRejoin();
  const opened = await Promise.allSettled([livekit ? startServer({ ports: { port: 0, tcp: 0, udp: 0 } }) : null, startSite(), startBrowser({ flags })]);
  const [server, site, browser] = opened.map(({ value }) => value);
  const clients = new Set();
  let rooms = 0;
  const stage = {
    server,
    site,
    browser,
    clients,
    async client(sdk = SUBJECT) {
      const client = await Client.open(stage, sdk);
      clients.add(client);
      return client;
    },
    /** A name no other test of this file uses. */
    roomName(hint = 'room') {
      rooms += 1;
      return `${hint}-${process.pid}-${rooms}`;
    },
    /** Closes the pages of a test; rejects when an error in one of them was caught by nothing. */
    async clear() {
      const faults = [...clients].flatMap(({ sdk, faults }) => faults.map((fault) => `${sdk}: ${fault}`));
      await Promise.all([...clients].map((client) => client.close().catch(() => {})));
      clients.clear();
      if (faults.length) throw new Error(`uncaught in a page: ${faults.join('\n')}`);
    },
    async close() {
      await Promise.all([browser?.close(), site?.stop(), server?.stop()]);
    },
  };
  const failed = opened.find(({ status }) => status === 'rejected');
  if (failed) {
    await stage.close();
    throw failed.reason;
  }
  return stage;
}
