// Tabs of one origin on the real server: what a policy is told of the rooms in other tabs, with which it shares a window.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openStage, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };
const CHANNEL = 'rejoin';

let stage;
before(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
after(() => stage?.close());

const tabBeside = (client) => stage.client(SUBJECT, { fresh: true, other: { newPage: () => client.page.context().newPage() } });

/** Joins a room of its own. */
async function alone(client, name) {
  const room = stage.roomName(name);
  await client.run(
    async (client, { url, token }) => {
      client.room = new client.SDK.Room({
        reconnectPolicy: {
          nextRetryDelayInMs({ numParticipants }) {
            client.told = numParticipants;
            return 0;
          },
        },
      });
      await client.room.connect(url, token);
    },
    { url: stage.server.url, token: stage.server.token({ room, identity: name }) },
  );
}

/** Reconnects until the policy is told of so many: what other tabs say takes a moment. */
const isToldOf = (client, participants) =>
  client.run(async (client, participants) => {
    const { room } = client;
    const heard = [];
    while (heard.at(-1) !== participants) {
      const back = new Promise((resolve) => room.once('reconnected', resolve));
      await room.simulateScenario('signal-reconnect');
      await back;
      heard.push(client.told);
      if (heard.length > 20) throw new Error(`told of ${heard}`);
    }
  }, participants);

// Fault 50: tabs of one origin.
test('rooms of other tabs count for as long as they are connected, those of another profile never', TIMEOUT, async () => {
  const alice = await stage.client(SUBJECT);
  const [bob, carol, stranger] = [await tabBeside(alice), await tabBeside(alice), await stage.client(SUBJECT)];
  await alone(alice, 'alice');
  await alone(stranger, 'stranger');
  await isToldOf(alice, 1);
  await alone(bob, 'bob');
  await isToldOf(alice, 2);
  await alone(carol, 'carol');
  for (const each of [alice, bob, carol]) await isToldOf(each, 3);
  await bob.run(({ room }) => room.disconnect());
  await carol.page.close({ runBeforeUnload: false });
  await isToldOf(alice, 1);
  await isToldOf(stranger, 1);
});

test('a tab that falls silent is forgotten, nonsense is not heard, and who has left says nothing', TIMEOUT, async () => {
  const alice = await stage.client(SUBJECT);
  const raw = await alice.page.context().newPage();
  await raw.goto(alice.page.url());
  await raw.evaluate((name) => {
    window.heard = [];
    window.channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => heard.push(data);
  }, CHANNEL);
  const isHeard = (participants) => raw.waitForFunction((participants) => heard.at(-1)?.[1] === participants, participants, { polling: 20 });
  const say = (...all) => raw.evaluate((all) => all.forEach((data) => channel.postMessage(data)), all);
  await alone(alice, 'alice');
  await say(null, 'text', {}, [], [7], [8, -1], [9, NaN], [10, '5'], [1, 1_000, false]);
  await isToldOf(alice, 1_001);
  await alice.evaluate(() => {
    const real = performance.now.bind(performance);
    performance.now = () => real() + 200_000;
  });
  await isToldOf(alice, 1);
  assert.ok((await raw.evaluate(() => heard)).some(([, participants, asks]) => participants === 1 && asks), 'it has asked who is there');
  await alice.run(({ room }) => room.disconnect());
  await isHeard(0);
  const before = await raw.evaluate(() => heard.length);
  await say([1, 1_000, true]);
  // Another tab would have heard it by the time that this one has gone there and back.
  await alone(alice, 'again');
  await isHeard(1);
  assert.equal(await raw.evaluate((before) => heard.slice(before).length, before), 1, 'nothing between the end and the next beginning');
});
