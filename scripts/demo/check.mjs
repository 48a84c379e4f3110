// The demo without a person: two pages join by their address, see, hear and answer each other, are cut and heal; a third
// one leaves, joins again and is measured. Everything is looked at through the page's own objects (`window.rejoinDemo`).
// It starts no server, and it judges no figure: slow is not wrong.
import { randomBytes } from 'node:crypto';
import { newPage, startBrowser } from '../../tests/browser/lib/browser.mjs';
import { Failure } from '../lib/run.mjs';

const WITHIN_MS = 30_000;
const PINGS = 11;

/** Resolves with the figures: a list of `[name, milliseconds]`. Rejects with a Failure that says what did not work. */
export async function checkDemo(origin) {
  const browser = await startBrowser();
  try {
    return await inBrowser(browser, origin);
  } finally {
    await browser.close();
  }
}

async function inBrowser(browser, origin) {
  const faults = [];
  const room = `check-${randomBytes(4).toString('hex')}`;
  const open = async (name, extra = {}) => {
    const page = await newPage(browser);
    page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
    await page.addInitScript(inPage, WITHIN_MS);
    await page.goto(`${origin}/?${new URLSearchParams({ room, name, autojoin: '', ...extra })}`);
    const joined = () => window.rejoinDemo?.room.state === 'connected';
    await page.waitForFunction(joined, null, { timeout: WITHIN_MS }).catch(async () => {
      throw new Failure(`${name} did not join: ${(await page.locator('#app').innerText()).slice(0, 400)}`);
    });
    return page;
  };
  const say = (page, what, ...args) =>
    page.evaluate(([name, list]) => window.rejoinCheck[name](...list), [what, args]).catch((error) => {
      const words = error.message.split('\n')[0].replace(/^page\.evaluate: (Error: )?/, '');
      throw new Failure(`${[what, ...args].join(' ')}: ${words}`);
    });

  const [ada, grace] = [await open('Ada'), await open('Grace')];
  const both = [[ada, 'Grace'], [grace, 'Ada']];
  const media = () => Promise.all(both.map(([page, other]) => say(page, 'seesAndHears', other)));
  const data = async () => {
    await say(grace, 'echo');
    return say(ada, 'roundTrips', PINGS);
  };
  await media();
  const roundTrip = await data();
  const hurt = async (scenario) => {
    const ms = await say(ada, 'heals', scenario);
    await media();
    await data();
    return ms;
  };
  const resume = await hurt('signal-reconnect');
  const full = await hurt('full-reconnect');
  const joan = await open('Joan', { nomedia: '' });
  const { join, frame } = await say(joan, 'joinsAgain', room, 'Ada');
  if (faults.length) throw new Failure(`uncaught in a page: ${faults.join('; ')}`);
  return [['join', join], ['first remote frame', frame], ['data round trip', roundTrip], ['resume', resume], ['full reconnect', full]];
}

// Runs in each page before its own scripts. It may use nothing from this file.
function inPage(withinMs) {
  const named = (room, name) => [...room.remoteParticipants.values()].find((participant) => participant.name === name);
  const within = (what, start) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: not within ${withinMs / 1000} s`)), withinMs);
      start((value) => {
        clearTimeout(timer);
        resolve(value);
      }, reject);
    });

  const trackOf = (room, name, source) => named(room, name)?.getTrackPublication(source)?.track;

  /** Resolves after `count` decoded frames of `name`'s camera. Who reconnects in full publishes anew: the newest track counts. */
  const frames = (room, name, count, what) =>
    within(what, (resolve) => {
      const { RoomEvent, Track } = window.rejoinDemo;
      const video = Object.assign(document.createElement('video'), { muted: true });
      document.body.append(video);
      let shown;
      const show = () => {
        const found = trackOf(room, name, Track.Source.Camera);
        if (!found || found === shown) return;
        shown?.detach(video);
        shown = found;
        found.attach(video);
      };
      let left = count;
      const next = () => {
        if ((left -= 1) > 0) return video.requestVideoFrameCallback(next);
        room.off(RoomEvent.TrackSubscribed, show);
        shown?.detach(video);
        video.remove();
        resolve();
      };
      video.requestVideoFrameCallback(next);
      room.on(RoomEvent.TrackSubscribed, show);
      show();
    });

  const received = async (found) => {
    const report = await found?.getRTCStatsReport();
    return [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp') ?? { packetsReceived: 0, totalAudioEnergy: 0 };
  };

  const topic = 'rejoin-check';
  window.rejoinCheck = {
    async seesAndHears(name) {
      const { room, Track } = window.rejoinDemo;
      await frames(room, name, 3, `decoded video of ${name}`);
      const until = performance.now() + withinMs;
      let [audio, before] = [undefined, await received(undefined)];
      for (;;) {
        const found = trackOf(room, name, Track.Source.Microphone);
        const now = await received(found);
        if (found !== audio) [audio, before] = [found, now];
        if (now.packetsReceived > before.packetsReceived && now.totalAudioEnergy > before.totalAudioEnergy) return;
        if (performance.now() > until) throw new Error(`audio of ${name}: no packets with sound within ${withinMs / 1000} s`);
        // Statistics have no event.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },

    echo() {
      const { room, RoomEvent } = window.rejoinDemo;
      if (window.rejoinCheck.echoing) return;
      window.rejoinCheck.echoing = true;
      room.on(RoomEvent.DataReceived, (payload, participant, _kind, from) => {
        if (from === topic) room.localParticipant.publishData(payload, { reliable: true, topic, destinationIdentities: [participant.identity] });
      });
    },

    /** The median of `count` round trips of 1 KB. */
    async roundTrips(count) {
      const { room, RoomEvent } = window.rejoinDemo;
      const times = [];
      for (let n = 0; n < count; n += 1) {
        const begun = performance.now();
        const payload = new Uint8Array(1024).fill(n);
        await within(`data message ${n} and its answer`, (resolve, reject) => {
          const heard = (answer, _participant, _kind, from) => {
            if (from !== topic || answer.length !== 1024 || answer[0] !== n) return;
            room.off(RoomEvent.DataReceived, heard);
            resolve();
          };
          room.on(RoomEvent.DataReceived, heard);
          room.localParticipant.publishData(payload, { reliable: true, topic }).catch(reject);
        });
        times.push(performance.now() - begun);
      }
      return times.sort((a, b) => a - b)[count >> 1];
    },

    /** Milliseconds from asking for the scenario to `reconnected`. */
    async heals(scenario) {
      const { room, RoomEvent } = window.rejoinDemo;
      const begun = performance.now();
      await within(`healing after ${scenario}`, (resolve, reject) => {
        room.once(RoomEvent.Reconnected, resolve);
        room.once(RoomEvent.Disconnected, (reason) => reject(new Error(`${scenario} ended in a disconnect, reason ${reason}`)));
        room.simulateScenario(scenario).catch(reject);
      });
      return performance.now() - begun;
    },

    /** Leaves, and joins with a room of its own: milliseconds to `connect()` and to the first frame of `name`. */
    async joinsAgain(roomName, name) {
      const { room: first, Room } = window.rejoinDemo;
      await first.disconnect();
      const { url, token } = await (await fetch(`/token?${new URLSearchParams({ room: roomName, name: 'Joan' })}`)).json();
      const room = new Room();
      const begun = performance.now();
      await room.connect(url, token);
      const join = performance.now() - begun;
      await frames(room, name, 1, `the first frame of ${name}`);
      const frame = performance.now() - begun;
      await room.disconnect();
      return { join, frame };
    },
  };
}
