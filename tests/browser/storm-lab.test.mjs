// The storm lab as a person uses it: the built page in a real browser, with a crowd small enough for a slow machine. What
// the simulation itself must show is the business of tests/sim; here its figures are only seen, compared and found again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { at } from '../../scripts/lib/paths.mjs';
import { lab } from '../../scripts/lab.mjs';
import { tablesOf } from '../../www/src/storm/markdown.mjs';
import { allBackMs, capacityOverTime, headline, perSecond, verdict } from '../../www/src/storm/outcome.mjs';
import { factsOf, readSetting, slug, writeSetting } from '../../www/src/storm/setting.mjs';
import { startBrowser } from './lib/browser.mjs';
import { startBuilt } from './lib/demo-site.mjs';

const options = { timeout: 180_000 };
const SMALL = 'people=60&takes=20&fault=all&policies=rejoin,livekit-client-2.23&seconds=20&luck=7';

describe('the storm lab', () => {
  let site;
  let browser;
  const faults = [];
  const contexts = new Set();

  before(async () => {
    await lab();
    [site, browser] = await Promise.all([startBuilt(), startBrowser()]);
  }, { timeout: 600_000 });
  after(() => Promise.all([browser?.close(), site?.stop()]));
  afterEach(async () => {
    await Promise.all([...contexts].map((context) => context.close()));
    contexts.clear();
    assert.deepEqual(faults.splice(0), [], 'uncaught in a page');
  });

  async function open(hash = SMALL, { width = 1280, height = 900 } = {}) {
    const context = await browser.newContext({ viewport: { width, height } });
    contexts.add(context);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${site.origin}/storm.html#${hash}`);
    await complete(page);
    return page;
  }

  /** All runs of the setting that the address names are complete. */
  const complete = (page) => page.waitForFunction(() => window.stormLab?.done);
  const settingOf = (page) => page.evaluate(() => window.stormLab.setting);
  const figuresOf = (page) => page.evaluate(() => Object.fromEntries(Object.values(window.stormLab.runs).map(({ name, figures, connected }) => [name, { ...figures, connected }])));
  const row = (page, name) => page.getByRole('article', { name, exact: true });

  test('a storm is run for each policy, drawn, summed up in a sentence, with its figures beside it', options, async () => {
    const page = await open();
    const figures = await figuresOf(page);
    assert.deepEqual(Object.keys(figures).sort(), ['Rejoin', 'livekit-client 2.23']);
    assert.equal(figures.Rejoin.leastConnected, 0, 'everybody was dropped');
    assert.ok(figures.Rejoin.peak < figures['livekit-client 2.23'].peak, JSON.stringify(figures));
    for (const [name, { peakArrivals }] of Object.entries(figures)) {
      assert.match(await row(page, name).locator('.storm-figures').innerText(), new RegExp(`Busiest second\\s+${peakArrivals} calls`));
      const drawn = await row(page, name).locator('canvas').evaluate((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size);
      assert.ok(drawn > 20, 'the chart is not empty');
    }
    const words = await page.getByRole('heading', { level: 1 }).innerText();
    assert.match(words, /^livekit-client 2\.23: .+\.\s+Rejoin: .+\.$/s);
    assert.equal(await page.getByRole('status').textContent(), words.replace(/\s+/g, ' '));
  });

  test('who was not touched stays for as long as the page looks', options, async () => {
    const page = await open('people=650&takes=200&fault=fifth&policies=rejoin&seconds=70&luck=7');
    const { Rejoin } = await figuresOf(page);
    assert.deepEqual([Rejoin.lostOthers, Rejoin.leastConnected, Rejoin.connected.at(-1)], [0, 520, 650]);
  });

  test('the address names the setting, and leads back to it and to the same figures', options, async () => {
    const page = await open();
    await page.getByLabel('What happens').selectOption('fifth');
    await complete(page);
    await page.getByLabel('People', { exact: true }).fill('80');
    await page.getByLabel('The server takes').fill('25');
    await page.getByRole('checkbox', { name: 'socket.io' }).check();
    await complete(page);
    const [setting, figures] = [await settingOf(page), await figuresOf(page)];
    assert.deepEqual(setting, { people: 80, room: 80, takes: 25, seconds: 20, luck: 7, fault: 'fifth', policies: ['rejoin', 'livekit-client-2.23', 'socket.io'] });
    const again = await open(new URL(page.url()).hash.slice(1));
    assert.deepEqual(await settingOf(again), setting);
    assert.deepEqual(await figuresOf(again), figures);
    assert.equal(await again.getByLabel('People', { exact: true }).inputValue(), '80');
    assert.ok(await again.getByRole('checkbox', { name: 'socket.io' }).isChecked());
    await again.getByRole('button', { name: 'Again, with other luck' }).click();
    await complete(again);
    assert.equal((await settingOf(again)).luck, 8);
    assert.notDeepEqual(await figuresOf(again), figures);
  });

  test('going back in the history is another setting', options, async () => {
    const page = await open();
    await page.evaluate((hash) => (location.hash = hash), SMALL.replace('people=60', 'people=50'));
    await page.waitForFunction(() => window.stormLab.done && window.stormLab.setting.people === 50);
    await page.goBack();
    await page.waitForFunction(() => window.stormLab.done && window.stormLab.setting.people === 60);
    assert.equal(await page.getByLabel('People', { exact: true }).inputValue(), '60');
  });

  test('everything can be reached and changed by keyboard', options, async () => {
    const page = await open();
    const tabTo = async (target) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        if (await target.evaluate((element) => element === document.activeElement)) return;
      }
      assert.fail(`not reached by the Tab key: ${target}`);
    };
    const outline = (target) => target.evaluate((element) => getComputedStyle(element).outlineStyle !== 'none' || getComputedStyle(element.closest('label') ?? element).outlineStyle !== 'none');
    await tabTo(page.getByLabel('What happens'));
    assert.ok(await outline(page.getByLabel('What happens')));
    await page.keyboard.press('ArrowDown');
    await complete(page);
    assert.equal((await settingOf(page)).fault, 'down');
    const box = page.getByRole('checkbox', { name: 'livekit-client 2.23' });
    await tabTo(box);
    assert.ok(await outline(box));
    await page.keyboard.press('Space');
    await complete(page);
    assert.deepEqual((await settingOf(page)).policies, ['rejoin']);
    await tabTo(page.getByText('More', { exact: true }));
    await page.keyboard.press('Enter');
    await tabTo(page.getByLabel('Watch for'));
    await tabTo(page.getByLabel('Look at a moment'));
    await page.keyboard.press('Home');
    assert.match(await page.locator('.clock').innerText(), /^0\.1 s after/);
    for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('ArrowRight');
    assert.match(await page.locator('.clock').innerText(), /^0\.5 s after/);
    assert.match(await row(page, 'Rejoin').locator('.moment').innerText(), /^\d+ of 60 connected · \d+ calls within a second/);
  });

  test('the last policy cannot be taken away, and a number out of bounds becomes one within', options, async () => {
    const page = await open(SMALL.replace(',livekit-client-2.23', ''));
    const box = page.getByRole('checkbox', { name: 'Rejoin' });
    await box.click();
    assert.ok(await box.isChecked());
    await page.getByLabel('People', { exact: true }).fill('1');
    await page.keyboard.press('Enter');
    await page.getByLabel('The server takes').focus();
    await complete(page);
    assert.equal((await settingOf(page)).people, 2);
    assert.equal(await page.getByLabel('People', { exact: true }).inputValue(), '2');
  });

  test('on a phone the results come first, the form is folded up, and nothing is wider than the screen', options, async () => {
    const page = await open(SMALL, { width: 390, height: 844 });
    assert.ok(!(await page.getByLabel('What happens').isVisible()));
    await page.getByText('Change the storm').click();
    assert.ok(await page.getByLabel('What happens').isVisible());
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  });

  test('the lobby leads to it and it leads back', options, async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Rejoin' }).click();
    await page.getByRole('link', { name: 'storm lab' }).click();
    await page.waitForURL(/storm\.html/);
  });
});

describe('what the storm lab is made of', () => {
  const known = ['rejoin', 'livekit-client-2.23', 'livekit-client-old-default', 'socket.io'];

  test('a setting survives its address, and nonsense in an address is the default', () => {
    const setting = readSetting('#people=2000&room=10&takes=90&fault=down&policies=socket.io,rejoin&seconds=30&luck=3', known);
    assert.deepEqual(setting, { people: 2000, room: 10, takes: 90, fault: 'down', policies: ['rejoin', 'socket.io'], seconds: 30, luck: 3 });
    assert.deepEqual(readSetting(writeSetting(setting), known), setting);
    const standard = readSetting('', known);
    assert.deepEqual(readSetting('#people=many&takes=&fault=quake&policies=nobody&seconds=NaN&more=1', known), standard);
    assert.deepEqual([standard.people, standard.room, standard.policies], [650, 650, known.slice(0, 3)]);
    assert.deepEqual([readSetting('#people=1e9', known).people, readSetting('#people=-5', known).people], [20_000, 2]);
    assert.equal(readSetting('#people=50&room=600', known).room, 50);
    assert.equal(slug('RFC 6455, 7.2.3'), 'rfc-6455-7.2.3');
  });

  test('calls within a second and what the server takes are told for each bar', () => {
    assert.deepEqual(perSecond([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1]), [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5, 6]);
    assert.deepEqual(capacityOverTime(200, { ...factsOf('fifth'), weakMs: 200 }, 4), [50, 50, 200, 200]);
    assert.deepEqual(capacityOverTime(200, { ...factsOf('down'), downMs: 100 }, 3), [0, 200, 200]);
  });

  test('the sentence says what the figures say', () => {
    const run = (name, connected, more) => ({ name, people: 100, dropped: 20, seconds: 60, connected, figures: { leastConnected: Math.min(...connected), lostOthers: 0, gaveUp: 0, ...more } });
    const good = run('Rejoin', [80, 90, 100, 100]);
    assert.equal(allBackMs(good.connected, 100), 200);
    assert.deepEqual(verdict(good), { tone: 'good', short: 'nobody else is lost, everyone back in 0.2 s', text: 'nobody else is lost, everyone is back after 0.2 s' });
    assert.equal(verdict(run('x', [3, 100], { lostOthers: 77 })).short, '3 of 100 left');
    assert.equal(verdict(run('x', [0, 100], { lostOthers: 80 })).short, 'none of 100 left');
    assert.equal(verdict(run('x', [70, 100], { lostOthers: 10 })).tone, 'warn');
    assert.equal(verdict(run('x', [0, 6], { gaveUp: 94, lostOthers: 80 })).short, '94 of 100 gave up for good');
    assert.equal(verdict({ ...run('x', [0, 40]), dropped: 100 }).short, '40 of 100 are back after 60 s');
    assert.deepEqual(headline([good, run('livekit', [3, 100], { lostOthers: 77 })]).map(({ name }) => name), ['livekit', 'Rejoin']);
  });

  test('tables of a page are read with the heading above them', () => {
    const page = '# Page\n\ntext | with a bar\n\n## First `one`\n\n| a | b |\n|---|---:|\n| **1** | 0.3 s * 2^k |\n| 3 | 4 |\n\nend\n## Second\n| c |\n|---|\n| 5 |\n';
    assert.deepEqual(tablesOf(page), [
      { title: 'First one', head: ['a', 'b'], rows: [['1', '0.3 s * 2^k'], ['3', '4']] },
      { title: 'Second', head: ['c'], rows: [['5']] },
    ]);
  });

  test('the package carries nothing of it', () => {
    const onlyThere = 'truncated binary exponential backoff';
    assert.ok(!readFileSync(at('pkg', 'dist', 'rejoin.wasm')).includes(onlyThere));
    assert.ok(readFileSync(at('www', 'generated', 'storm.wasm')).includes(onlyThere), 'the words looked for are in the lab’s own wasm');
  });
});
