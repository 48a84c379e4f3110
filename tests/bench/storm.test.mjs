// The pure parts of `npm run bench -- storm`, and a crowd of six through its proxy against the scriptable server: what is
// counted there is what happened. No time is judged.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startProxy } from '../server/proxy.mjs';
import { startScriptable } from '../server/server.mjs';
import { bundleForClients, Crowd } from './storm/crowd.mjs';
import { backAfter, busiest, connectedOverTime, figuresOf, histogram, leastConnected } from './storm/figures.mjs';
import { liveKitsFormer } from './storm/former-policy.mjs';
import { isChosen } from './storm/measure.mjs';
import { niceTop, picture } from './storm/picture.mjs';
import { policyNamed } from './storm/scenarios.mjs';
import { table } from './storm/table.mjs';

const up = (at, client) => ({ at, client, up: true });
const down = (at, client) => ({ at, client, up: false });

describe('figures of a storm', () => {
  test('a step counts what falls into it, its beginning included and its end not', () => {
    assert.deepEqual(histogram([-1, 0, 99.9, 100, 399, 400, 1000], 400), [2, 1, 0, 1]);
  });

  test('the busiest second is found wherever it begins', () => {
    const counts = [5, 0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 7, 1];
    assert.equal(busiest(counts, 10), 25);
    assert.equal(busiest(counts, 1), 9);
    assert.equal(busiest([], 10), 0);
  });

  test('connected clients are counted at the end of each step, whatever the order of the reports', () => {
    const changes = [up(250, 1), down(10, 1), down(20, 2), up(150, 2), down(320, 3)];
    assert.deepEqual(connectedOverTime(changes, 3, 500), [1, 2, 3, 2, 2]);
    assert.equal(leastConnected(changes, 3), 1);
    assert.equal(leastConnected([], 3), 3);
  });

  test('a share is back at the first moment when so many of the cut are connected, and only of the cut', () => {
    const cut = new Set([1, 2, 3, 4]);
    const changes = [up(100, 1), down(150, 1), up(160, 9), up(200, 2), up(300, 1), up(400, 3)];
    assert.equal(backAfter(changes, cut, 0.5), 300);
    assert.equal(backAfter(changes, cut, 0.75), 400);
    assert.equal(backAfter(changes, cut, 0.99), null);
  });

  test('a run: attempts of those that were cut, others that were lost, second losses, who gave up', () => {
    const figures = figuresOf({
      arrivals: [-5, 10, 10, 120, 950, 1090, 2500],
      dials: [{ at: -5, client: 1 }, { at: 5, client: 1 }, { at: 6, client: 2 }, { at: 700, client: 2 }, { at: 800, client: 3 }],
      changes: [down(1, 1), down(2, 2), up(500, 1), down(600, 3), down(650, 1), up(900, 2), up(1500, 3)],
      ended: [{ at: 1800, client: 1, reason: 0 }],
      cut: new Set([1, 2]),
      clients: 4,
      windowMs: 2000,
    });
    assert.deepEqual(figures, {
      peakPer100Ms: 2, peakPerSecond: 4, arrivals: 5, leastConnected: 1, connectedAtEnd: 3, t50Ms: 500, t99Ms: null,
      attemptsMean: 1.5, attemptsMost: 2, othersLost: 1, lostAgain: 1, gaveUp: 1,
    });
  });

  test('a fifth of the clients is every fifth, all is all', () => {
    const chosen = Array.from({ length: 20 }, (_, n) => n).filter((n) => isChosen(n, 0.2));
    assert.deepEqual(chosen, [4, 9, 14, 19]);
    assert.ok([0, 1, 649].every((n) => isChosen(n, 1)));
    assert.equal(Array.from({ length: 650 }, (_, n) => n).filter((n) => isChosen(n, 0.2)).length, 130);
  });
});

describe('policies of a storm', () => {
  test('the old default: at once, after exactly 300 ms, then up to a second more than its table, ten times', () => {
    const delays = (random) => Array.from({ length: 11 }, (_, retryCount) => liveKitsFormer(() => random).nextRetryDelayInMs({ retryCount }));
    assert.deepEqual(delays(0), [0, 300, 1200, 2700, 4800, 7000, 7000, 7000, 7000, 7000, null]);
    assert.deepEqual(delays(0.5).slice(0, 4), [0, 300, 1700, 3200]);
  });

  test('the class that npm livekit-client exports runs in Node and answers within its own window', async () => {
    const policy = await policyNamed('livekit-client').make();
    const first = Array.from({ length: 200 }, () => policy.nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 }));
    assert.ok(Math.min(...first) >= 0 && Math.max(...first) < 500 && new Set(first).size > 100);
    assert.equal(policy.nextRetryDelayInMs({ retryCount: 10, elapsedMs: 0 }), null);
  });
});

describe('the output of a storm', () => {
  const figures = { peakPer100Ms: 40, peakPerSecond: 90, arrivals: 130, leastConnected: 0, connectedAtEnd: 6, t50Ms: 1234, t99Ms: null, attemptsMean: 2.5, attemptsMost: 10, othersLost: 3, lostAgain: 2, gaveUp: 1 };
  const run = { title: 'one <policy>', clients: 10, figures, measuring: { longestPauseOfClientsMs: 12.3, longestPauseOfProxyMs: 4 }, series: { arrivals: [40, 0], admitted: [10, 0], connected: [0, 6] } };

  test('the table holds every figure of a run', () => {
    const [head, line] = table({ runs: [run] }).split('\n');
    assert.match(head, /^policy +peak \/ 100 ms/);
    assert.match(line, /one <policy> +40 +90 +130 +0 +1\.2 +never +2\.50 \(10\) +3 +2 +1 +6 of 10 +12, 4/);
  });

  test('the picture has a panel for each run, bars in proportion, and nothing unescaped', () => {
    const svg = picture({ clients: 10, stepMs: 100, scenarios: [{ title: 'a & b', runs: [run, run] }] });
    assert.equal(svg.match(/class="turned"/g).length, 2);
    const [turned, admitted] = ['turned', 'in'].map((kind) => Number(svg.match(new RegExp(`class="${kind}" [^>]*height="([\\d.]+)"`))[1]));
    assert.ok(Math.abs(turned / admitted - 4) < 0.01, `${turned} to ${admitted}`);
    assert.ok(svg.includes('one &#60;policy&#62;') && !svg.includes('<policy>'));
    assert.deepEqual([0, 1, 3, 10, 11, 650].map(niceTop), [1, 1, 5, 10, 20, 1000]);
  });
});

describe('a crowd through the proxy', () => {
  test('everybody joins in an instance of its own, who is cut comes back, who is not stays, and all is counted', { timeout: 60_000 }, async () => {
    const server = await startScriptable();
    const proxy = await startProxy({ target: server.url });
    const crowd = new Crowd(6, 2);
    try {
      await crowd.prepare({ policy: 'livekit-client', ...(await bundleForClients()) });
      const tokens = Array.from({ length: 6 }, (_, n) => server.token({ room: 'r', identity: `client-${n}` }));
      assert.equal(await crowd.join({ url: proxy.url, tokens, perSecond: 100, withinMs: 30_000 }), 6);
      const places = await crowd.ports();
      assert.deepEqual(places.map(({ client }) => client).sort(), [0, 1, 2, 3, 4, 5]);
      const chosen = places.filter(({ client }) => client < 2);
      const before = proxy.arrivals.length;
      assert.equal(proxy.cut(({ port }) => chosen.some((place) => place.port === port)), 2);
      for (let back = 0; back < 2; back += 1) await proxy.nextConnection();
      const { changes, dials, ended } = await until(() => crowd.report(), ({ changes }) => changes.filter((change) => change.up).length === 8);
      assert.deepEqual(changes.filter((change) => !change.up).map(({ client }) => client).sort(), [0, 1]);
      assert.equal(dials.length, proxy.arrivals.length, 'every arrival is a dial: none had to ask why it failed');
      assert.equal(proxy.arrivals.length - before, 2);
      assert.deepEqual(ended, []);
    } finally {
      await crowd.stop();
      await Promise.all([proxy.stop(), server.stop()]);
    }
  });
});

/** Asks until the answer fits; a test's own time limit ends it. */
async function until(ask, fits) {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
