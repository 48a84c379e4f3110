// The wire between two namespaces by itself: what it carries, what it drops, and that nothing of it stays behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../scripts/lib/run.mjs';
import { networkTools } from '../../scripts/setup/network.mjs';
import { startWire } from './wire.mjs';

const TIMEOUT = { timeout: 60_000 };
const OWNER = fileURLToPath(new URL('owner.mjs', import.meta.url));
const PORT = 7000;

/** Says "open" or "lost" of one TCP connection, and "echo" or "silence" of one datagram. */
const ASK = `
const [host] = process.argv.slice(1);
const late = (word) => new Promise((resolve) => setTimeout(resolve, 700, word));
const tcp = new Promise((resolve) => require('net').connect(${PORT}, host, () => resolve('open')).on('error', () => {}));
const udp = new Promise((resolve) => { const s = require('dgram').createSocket('udp4'); s.on('message', () => resolve('echo')).on('error', () => {}); s.send('?', ${PORT}, host); });
Promise.all([Promise.race([tcp, late('lost')]), Promise.race([udp, late('silence')])]).then((said) => { console.log(said.join(' ')); process.exit(); });
`;
const ANSWER = `
const s = require('dgram').createSocket('udp4').bind(${PORT}, process.argv[1]);
s.on('message', (_, from) => s.send('!', from.port, from.address));
require('net').createServer(() => {}).listen(${PORT}, process.argv[1], () => console.log('listening'));
process.stdin.resume().on('end', () => process.exit());
`;

const namespaces = async () => (await run((await networkTools()).ip, ['netns', 'list'])).output.split('\n').map((line) => line.split(' ')[0]);

describe('what crosses it', () => {
  let wire;
  let answering;
  before(async () => {
    wire = await startWire();
    const { inside } = wire.server.place;
    const [program, ...args] = inside(process.execPath, ['-e', ANSWER, wire.server.address]);
    answering = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(answering.stdout, 'data');
  });
  after(async () => {
    answering?.stdin.end();
    await wire?.stop();
  });

  const ask = async () => {
    const [program, ...args] = wire.client.place.inside(process.execPath, ['-e', ASK, wire.server.address]);
    return (await run(program, args)).output.trim();
  };

  for (const [what, hurt, seen] of [
    ['everything, when nothing is done to it', async () => {}, 'open echo'],
    ['nothing both ways', () => wire.drop(), 'lost silence'],
    ['nothing up', () => wire.drop({ direction: 'up' }), 'lost silence'],
    ['nothing down', () => wire.drop({ direction: 'down' }), 'lost silence'],
    ['no openings of TCP connections', () => wire.drop({ direction: 'up', syn: true }), 'lost echo'],
    ['nothing at a loss of all packets', () => wire.lose({ percent: 100 }), 'lost silence'],
    ['everything through a bottleneck', () => wire.narrow({ kbit: 100, queueMs: 500 }), 'open echo'],
  ]) {
    test(what, TIMEOUT, async () => {
      await hurt();
      assert.equal(await ask(), seen);
      await wire.heal();
      assert.equal(await ask(), 'open echo', 'healed');
    });
  }

  test('a direction that there is not is an error', TIMEOUT, async () => {
    await assert.rejects(wire.drop({ direction: 'sideways' }), /direction is up, down, both/);
  });
});

describe('its namespaces', () => {
  /** A process that makes a wire, says its names and waits. */
  async function owner(...args) {
    const child = spawn(process.execPath, [OWNER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let told;
    const first = new Promise((resolve) => (told = resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
        if (said.includes('\n')) told();
      });
    }
    const ended = once(child, 'close');
    await Promise.race([first, ended]);
    return { child, ended, said: () => said };
  }

  for (const [how, end] of [
    ['Ctrl-C', (child) => child.kill('SIGINT')],
    ['a kill that runs no handler', (child) => child.kill('SIGKILL')],
    ['an exception', (child) => child.kill('SIGUSR2')],
  ]) {
    test(`go with their owner: ${how}`, TIMEOUT, async () => {
      const { child, ended, said } = await owner();
      const names = said().trim().split(' ');
      assert.equal(names.length, 2, said());
      const there = await namespaces();
      assert.ok(names.every((name) => there.includes(name)), 'they exist while it lives');
      end(child);
      await ended;
      while ((await namespaces()).some((name) => names.includes(name))); // The test's limit is the bound.
    });
  }

  test('are asked for in a sentence where they are not permitted', TIMEOUT, async () => {
    const { ended, said } = await owner('nobody');
    assert.deepEqual((await ended)[0], 1);
    assert.match(said(), /network namespaces need root: run this test as root/);
    assert.doesNotMatch(said(), /\n\s+at /, 'no stack');
  });
});
