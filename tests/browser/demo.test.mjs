// The demo's page as a person uses it: on a real server, in a real browser, by mouse and by keyboard.
// What the library does underneath is the business of the other browser tests.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startProxy } from '../server/proxy.mjs';
import { openDemo } from './lib/demo-site.mjs';

const options = { timeout: 180_000 };
const tileOf = (page, name) => page.locator('.tile[data-source="camera"]', { has: page.locator('.name', { hasText: name }) });
const timeline = (page) => page.locator('.room .timeline');
const event = (page, words) => timeline(page).locator('li', { hasText: words }).first();

/** Resolves when the tile of `name` shows `count` decoded frames more than now. */
async function seesMoreFrames(page, name, count = 5) {
  const video = tileOf(page, name).locator('video');
  await video.waitFor({ state: 'visible' }).catch(async (error) => {
    throw new Error(`no picture of ${name}: ${await page.evaluate(whatThereIs)}`, { cause: error });
  });
  await video.evaluate(
    (element, wanted) =>
      new Promise((resolve) => {
        let left = wanted;
        const next = () => (left-- > 0 ? element.requestVideoFrameCallback(next) : resolve());
        next();
      }),
    count,
  );
}

// For the message of a test that fails: what the page's room knows and has told.
function whatThereIs() {
  const { room, story } = window.rejoinDemo;
  const people = [room.localParticipant, ...room.remoteParticipants.values()];
  const publications = people.flatMap(({ identity, trackPublications }) =>
    [...trackPublications.values()].map(({ source, trackSid, isMuted, isSubscribed, track }) => ({ identity, source, trackSid, isMuted, isSubscribed, hasTrack: Boolean(track) })),
  );
  return JSON.stringify({ state: room.state, people: people.map(({ identity }) => identity), publications, story: story.entries.map(({ text }) => text) }, null, 1);
}

async function say(page, text) {
  await page.getByRole('tab', { name: 'Chat' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Presses Tab until the focused element is the one asked for; fails when a whole round did not lead there. */
async function tabTo(page, target, most = 40) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`not reached by the Tab key: ${target}`);
}

// What a browser does to a page that nobody has touched. Its own rule cannot be used here: whatever Playwright asks of
// a page counts as a touch.
function silentUntilTouched() {
  const play = HTMLMediaElement.prototype.play;
  let touched = false;
  addEventListener('click', () => (touched = true), true);
  HTMLMediaElement.prototype.play = function () {
    if (touched || this.localName !== 'audio') return play.call(this);
    this.autoplay = false;
    this.pause();
    return Promise.reject(new DOMException('play() needs a gesture', 'NotAllowedError'));
  };
}

const outlineOfFocus = (page) => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);

describe('the demo', () => {
  let demo;
  let rooms = 0;
  const freshRoom = () => `demo-${process.pid}-${(rooms += 1)}`;
  const two = async (room = freshRoom()) => [await demo.join(room, 'Ada'), await demo.join(room, 'Grace')];

  before(async () => {
    demo = await openDemo();
  }, options);
  after(() => demo?.close());
  afterEach(() => demo?.clear());

  test('two people see and hear each other, each with a name', options, async () => {
    const [ada, grace] = await two();
    await Promise.all([seesMoreFrames(ada, 'Grace'), seesMoreFrames(grace, 'Ada')]);
    const heard = ada.locator('.tile audio');
    await heard.waitFor({ state: 'attached' });
    assert.equal(await heard.evaluate((element) => element.srcObject.getAudioTracks()[0].readyState), 'live');
    assert.equal(await ada.locator('.people').textContent(), '2 people');
    await event(ada, 'Grace joined').waitFor();
  });

  test('a name may be used twice: the second tab does not throw the first out', options, async () => {
    const room = freshRoom();
    const first = await demo.join(room, 'Ada', { nomedia: '' });
    const second = await demo.join(room, 'Ada', { nomedia: '' });
    await first.locator('.tile').nth(1).waitFor();
    await second.locator('.tile').nth(1).waitFor();
    const identities = await first.locator('.tile').evaluateAll((tiles) => tiles.map(({ dataset }) => dataset.identity));
    assert.equal(new Set(identities).size, 2);
  });

  test('chat goes both ways, and what was missed is counted', options, async () => {
    const [ada, grace] = await two();
    await tileOf(grace, 'Ada').waitFor();
    await say(ada, 'Hello, is anybody there?');
    const badge = grace.getByRole('tab', { name: 'Chat' }).locator('.badge');
    await badge.filter({ hasText: '1' }).waitFor();
    await say(grace, 'I am, loud and clear.');
    await grace.locator('.bubble', { hasText: 'is anybody there' }).waitFor();
    await badge.waitFor({ state: 'hidden' });
    await ada.locator('.bubble', { hasText: 'loud and clear' }).waitFor();
    assert.equal(await ada.locator('.message[data-mine] .status').textContent(), '', 'the message is no longer on its way');
  });

  test('a wave is seen on the tile of who waves', options, async () => {
    const [ada, grace] = await two();
    await seesMoreFrames(grace, 'Ada', 1);
    const hand = tileOf(grace, 'Ada').locator('.hand');
    const seen = hand.waitFor();
    // Lossy data may get lost: waving goes on until it was seen.
    let waving = true;
    seen.finally(() => (waving = false)).catch(() => {});
    while (waving) {
      await ada.getByRole('button', { name: 'Wave' }).click();
      await Promise.race([seen, tileOf(ada, 'Ada').locator('.hand').first().waitFor({ state: 'detached' })]);
    }
    await seen;
  });

  test('microphone and camera that are switched off show as a mark and as initials', options, async () => {
    const [ada, grace] = await two();
    await seesMoreFrames(grace, 'Ada', 1);
    const tile = tileOf(grace, 'Ada');
    await ada.getByRole('button', { name: 'Mic' }).click();
    await tile.locator('.muted').waitFor();
    await ada.getByRole('button', { name: 'Camera' }).click();
    await tile.locator('.avatar').waitFor();
    assert.equal(await tile.locator('.avatar').textContent(), 'A');
    assert.equal(await tile.locator('video').isVisible(), false);
    await ada.getByRole('button', { name: 'Camera' }).click();
    await seesMoreFrames(grace, 'Ada');
  });

  test('a cut heals, the time line says so in words, and nothing said meanwhile is lost', options, async () => {
    const [ada, grace] = await two();
    await seesMoreFrames(ada, 'Grace', 1);
    await ada.getByRole('button', { name: 'Drop the signal' }).click();
    await event(ada, /^\d.*You dropped the signal socket/).waitFor();
    await event(ada, 'Signal lost, trying to resume').waitFor();
    await say(ada, 'Said during the cut.');
    await ada.getByRole('tab', { name: 'Connection' }).click();
    await event(ada, /Back after \d+(\.\d)? m?s$/).waitFor();
    await ada.locator('.pill[data-state="connected"]').waitFor();
    await grace.locator('.bubble', { hasText: 'Said during the cut.' }).waitFor({ state: 'attached' });
    await Promise.all([seesMoreFrames(ada, 'Grace'), seesMoreFrames(grace, 'Ada')]);
  });

  test('a full reconnect keeps the people and their pictures', options, async () => {
    const [ada, grace] = await two();
    await seesMoreFrames(ada, 'Grace', 1);
    await ada.getByRole('button', { name: 'Full reconnect' }).click();
    await event(ada, 'Session lost, starting a new one').waitFor();
    await event(ada, /Back after/).waitFor();
    await Promise.all([seesMoreFrames(ada, 'Grace'), seesMoreFrames(grace, 'Ada')]);
    await say(grace, 'Still with us?');
    await ada.locator('.bubble', { hasText: 'Still with us?' }).waitFor({ state: 'attached' });
  });

  test('the panel shows the server and the round trip', options, async () => {
    const ada = await demo.join(freshRoom(), 'Ada', { nomedia: '' });
    await ada.locator('.facts', { hasText: /livekit-server \d+\.\d+/ }).waitFor();
    await ada.locator('.rtt', { hasText: /^\d+ ms$/ }).waitFor();
  });

  test('while the server cannot be reached each attempt is told, and the next one can be asked for at once', options, async (t) => {
    const proxy = await startProxy({ target: demo.server.url });
    t.after(() => proxy.stop());
    process.env.LIVEKIT_URL = proxy.url;
    t.after(() => (process.env.LIVEKIT_URL = demo.server.url));
    const ada = await demo.join(freshRoom(), 'Ada', { nomedia: '' });
    const now = ada.locator('.hurt').getByRole('button', { name: 'Reconnect now' });
    assert.equal(await now.getAttribute('aria-disabled'), 'true', 'there is nothing to hurry yet');
    proxy.refuse();
    proxy.cut();
    await event(ada, /Signal lost, trying to resume \(attempt 1, due (in|at once)/).waitFor();
    await event(ada, /Still gone, .* \(attempt 2, due in /).waitFor();
    await ada.locator('.banner').waitFor();
    assert.match(await ada.locator('.pill').textContent(), /^(Resuming|Reconnecting)$/);
    proxy.accept();
    await now.click();
    await event(ada, /Back after/).waitFor();
    await ada.locator('.banner').waitFor({ state: 'hidden' });
  });

  test('a session that the server ends leads back to the form, with the reason and what happened', options, async () => {
    const ada = await demo.join(freshRoom(), 'Ada', { nomedia: '' });
    await ada.getByRole('button', { name: 'Server leave' }).click();
    const notice = ada.getByRole('alert');
    await notice.filter({ hasText: /ended|shut down|closed/ }).waitFor();
    assert.match(await notice.textContent(), /^[A-Z].*\.$/, 'a sentence');
    await ada.locator('.past .timeline li', { hasText: 'You asked the server to end the session' }).waitFor();
    await ada.getByRole('button', { name: 'Join' }).click();
    await ada.locator('.room').waitFor();
  });

  test('joining, muting and leaving work by keyboard alone, and focus can be seen', options, async () => {
    const page = await demo.open();
    const name = page.getByLabel('Your name');
    await tabTo(page, name);
    assert.notEqual(await outlineOfFocus(page), 'none');
    await page.keyboard.type('Ada');
    await tabTo(page, page.getByLabel('Room', { exact: true }));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(freshRoom());
    await tabTo(page, page.getByRole('checkbox', { name: 'Camera' }));
    await page.keyboard.press('Space');
    await tabTo(page, page.getByRole('button', { name: 'Join' }));
    await page.keyboard.press('Enter');
    await page.locator('.room').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.localName), 'h1', 'focus is taken along into the room');

    const microphone = page.getByRole('button', { name: 'Mic' });
    await page.locator('[data-source="microphone"][aria-pressed="true"]').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Camera' }).getAttribute('aria-pressed'), 'false', 'as chosen');
    await tabTo(page, microphone);
    assert.notEqual(await outlineOfFocus(page), 'none');
    await page.keyboard.press('Space');
    await page.locator('[data-source="microphone"][aria-pressed="false"]').waitFor();
    await tabTo(page, page.getByRole('tab', { name: 'Connection' }));
    await page.keyboard.press('ArrowRight');
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Leave', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Join' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Join');
  });

  test('leaving takes everything away: tracks, elements, the tile at the other side', options, async () => {
    const [ada, grace] = await two();
    await Promise.all([seesMoreFrames(ada, 'Grace', 1), seesMoreFrames(grace, 'Ada', 1)]);
    await ada.evaluate(() => {
      const { room } = window.rejoinDemo;
      window.captured = [...room.localParticipant.trackPublications.values()].map(({ track }) => track.mediaStreamTrack);
    });
    await ada.getByRole('button', { name: 'Leave', exact: true }).click();
    await ada.getByRole('button', { name: 'Join' }).waitFor();
    await tileOf(grace, 'Ada').waitFor({ state: 'detached' });
    await event(grace, 'Ada left').waitFor();
    const left = await ada.evaluate(() => ({
      state: window.rejoinDemo.room.state,
      captured: window.captured.map(({ readyState }) => readyState),
      elements: document.querySelectorAll('video, audio').length,
    }));
    assert.deepEqual(left, { state: 'disconnected', captured: ['ended', 'ended'], elements: 0 });
  });

  test('where the browser keeps the page silent, one button turns the sound on', options, async () => {
    const room = freshRoom();
    const listener = await demo.join(room, 'Ada', { nomedia: '' }, { script: silentUntilTouched });
    await demo.join(room, 'Grace');
    const prompt = listener.getByRole('button', { name: 'Turn the sound on' });
    await prompt.waitFor();
    await prompt.click();
    await prompt.waitFor({ state: 'hidden' });
    assert.equal(await listener.evaluate(() => window.rejoinDemo.room.canPlaybackAudio), true);
    assert.equal(await listener.locator('.tile audio').evaluate((element) => element.paused), false);
  });

  test('a join that is refused says why, and the form can be used again', options, async () => {
    const page = await demo.open({ room: freshRoom(), name: 'Ada' });
    const join = page.getByRole('button', { name: 'Join' });
    const { LIVEKIT_API_SECRET: secret } = process.env;
    try {
      process.env.LIVEKIT_API_SECRET = 'not the secret of this server, but as long';
      await join.click();
      await page.getByRole('alert').filter({ hasText: 'refused the token' }).waitFor();
    } finally {
      process.env.LIVEKIT_API_SECRET = secret;
    }
    await join.click();
    await page.locator('.room').waitFor();
  });

  test('the token endpoint asks for a room and a name, and never answers with the secret', options, async () => {
    const ask = (query) => fetch(`${demo.origin}/token?${new URLSearchParams(query)}`);
    const nameless = await ask({ room: 'r' });
    assert.equal(nameless.status, 400);
    assert.match((await nameless.json()).error, /\.$/);
    const answer = await ask({ room: 'r', name: 'Ada', identity: 'ada-1' });
    const text = await answer.text();
    assert.equal(text.includes(process.env.LIVEKIT_API_SECRET), false);
    const { url, token } = JSON.parse(text);
    assert.equal(url, process.env.LIVEKIT_URL);
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.equal(claims.sub, 'ada-1');
    assert.equal(claims.video.room, 'r');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  test('on a phone nothing is wider than the screen and the controls are in reach', options, async () => {
    const phone = { width: 390, height: 844 };
    const room = freshRoom();
    const lobby = await demo.open({}, phone);
    const width = (page) => page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(await width(lobby), phone.width);
    const page = await demo.join(room, 'Ada', { nomedia: '' }, phone);
    await demo.join(room, 'Somebody with quite a long name for a tile', { nomedia: '' });
    await page.locator('.tile').nth(1).waitFor();
    assert.equal(await width(page), phone.width);
    const leave = await page.getByRole('button', { name: 'Leave', exact: true }).boundingBox();
    assert.ok(leave.x + leave.width <= phone.width && leave.y + leave.height <= phone.height, JSON.stringify(leave));
    assert.ok(leave.width >= 44 && leave.height >= 44, JSON.stringify(leave));
  });
});

describe('the built demo', () => {
  let demo;
  before(async () => {
    demo = await openDemo({ built: true });
  }, options);
  after(() => demo?.close());
  afterEach(() => demo?.clear());

  test('joins and shows the other one, as the sources do', options, async () => {
    const ada = await demo.join('built', 'Ada');
    const grace = await demo.join('built', 'Grace');
    await Promise.all([seesMoreFrames(ada, 'Grace'), seesMoreFrames(grace, 'Ada')]);
  });
});
