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

/**
 * Starts everything; `{ livekit: false }` leaves the real server out, `flags` are further flags of Chromium, `wire` puts
 * server and browser at its two ends (tests/netns/wire.mjs).
 */
export async function openStage({ livekit = true, flags, wire } = {}) {
  if (SUBJECT === 'rejoin') requireRejoin();
  const opened = await Promise.allSettled([
    livekit ? startServer({ ports: { port: 0, tcp: 0, udp: 0 }, place: wire?.server.place }) : null,
    startSite(),
    startBrowser({ flags, launcher: wire?.client.launcher }),
  ]);
  const [server, site, browser] = opened.map(({ value }) => value);
  const idle = [];
  let rooms = 0;
  const scene = () => new Scene({ server, site, browser, idle });
  const main = scene();
  const stage = {
    server,
    site,
    browser,
    /** Pages of one test among several that run side by side. Tests that run one by one share the stage's own. */
    scene,
    client: (sdk, options) => main.client(sdk, options),
    clear: () => main.clear(),
    /** A name no other test of this file uses. */
    roomName(hint = 'room') {
      rooms += 1;
      return `${hint}-${process.pid}-${rooms}`;
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

class Scene {
  #stage;
  #clients = new Set();

  constructor(stage) {
    this.#stage = stage;
  }

  /** A page with `sdk` in it and no room, of `other` browser or of ours; one of an earlier test unless it must be `fresh`. */
  async client(sdk = SUBJECT, { fresh = false, other } = {}) {
    const { idle } = this.#stage;
    const ready = fresh ? -1 : idle.findIndex((each) => each.sdk === sdk && each.other === other);
    const client = ready < 0 ? await Client.open(this.#stage, sdk, await other?.newPage()) : idle.splice(ready, 1)[0];
    client.other = other;
    this.#clients.add(client);
    return client;
  }

  /** Ends what the pages do; rejects when an error in one of them was caught by nothing. */
  async clear() {
    const used = [...this.#clients];
    this.#clients.clear();
    const reset = await Promise.all(used.map((client) => client.reset()));
    const faults = used.flatMap(({ sdk, faults }) => faults.map((fault) => `${sdk}: ${fault}`));
    const usable = (client, index) => reset[index] && !client.faults.length;
    this.#stage.idle.push(...used.filter(usable));
    await Promise.all(used.filter((...each) => !usable(...each)).map((client) => client.close().catch(() => {})));
    if (faults.length) throw new Error(`uncaught in a page: ${faults.join('\n')}`);
  }
}
