// The proxy does to connections what its header says, seen from both ends with plain sockets and with a signalling client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { Client } from './client.mjs';
import { startProxy } from './proxy.mjs';
import { startScriptable } from './server.mjs';
import { Arrivals } from './waiting.mjs';

/** A TCP server that tells what comes; a function to dial the proxy; all of it ended with the test. */
async function stand(t, options) {
  const ends = new Arrivals('connection');
  const sockets = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', (error) => (socket.failure = error.code));
    ends.push(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = await startProxy({ target: server.address().port, ...options });
  const dial = () => {
    const socket = net.connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', (error) => (socket.failure = error.code));
    sockets.push(socket);
    return socket;
  };
  t.after(async () => {
    await proxy.stop();
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
  return { proxy, dial, far: () => ends.next() };
}

/** Resolves when a socket is closed, with the code of its error or null. Reads on until then. */
const gone = (socket) => new Promise((resolve) => socket.resume().once('close', () => resolve(socket.failure ?? null)));
const text = async (socket) => (await once(socket, 'data'))[0].toString();
const echo = async (from, to, words) => {
  const got = text(to);
  from.write(words);
  return got;
};

test('bytes pass both ways, and an end is passed on by itself', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  assert.equal(await echo(near, other, 'up'), 'up');
  assert.equal(await echo(other, near, 'down'), 'down');
  const ended = once(other.resume(), 'end');
  near.end();
  await ended;
  assert.equal(await echo(other, near, 'still'), 'still');
  const closed = once(near, 'close');
  near.resume();
  other.end();
  await closed;
  await proxy.arrivals[0].pipe.closed;
  assert.deepEqual([proxy.open, proxy.admitted, proxy.refused], [0, 1, 0]);
  assert.deepEqual(proxy.arrivals[0].pipe.bytes, { up: 2, down: 9 });
});

test('a large transfer arrives whole', async (t) => {
  const { dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  let got = 0;
  other.on('data', (chunk) => (got += chunk.length));
  near.end(Buffer.alloc(8 << 20, 7));
  await once(other, 'end');
  assert.equal(got, 8 << 20);
});

test('cut resets both sides of every connection, and new ones work', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const pairs = [];
  for (let i = 0; i < 3; i += 1) pairs.push([dial(), await far()]);
  const closed = pairs.flat().map(gone);
  assert.equal(proxy.cut(), 3);
  assert.deepEqual(await Promise.all(closed), Array(6).fill('ECONNRESET'));
  const arriving = proxy.nextConnection();
  const near = dial();
  assert.equal((await arriving).admitted, true);
  assert.equal(await echo(near, await far(), 'again'), 'again');
});

test('a reset on the far side is a reset on the near side', async (t) => {
  const { dial, far } = await stand(t);
  const near = dial();
  const closed = gone(near);
  (await far()).resetAndDestroy();
  assert.equal(await closed, 'ECONNRESET');
});

test('refuse resets and counts newcomers and leaves the others alone; accept ends it', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  proxy.refuse();
  assert.equal(await gone(dial()), 'ECONNRESET');
  assert.deepEqual([proxy.open, proxy.admitted, proxy.refused], [1, 1, 1]);
  assert.equal(await echo(near, other, 'alive'), 'alive');
  proxy.accept();
  assert.equal(await echo(dial(), await far(), 'in'), 'in');
  assert.ok(proxy.arrivals[0].at <= proxy.arrivals[1].at);
});

test('silence swallows bytes and ends in its direction only; resume lets later bytes through', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  await echo(near, other, 'a');
  proxy.silence({ direction: 'up' });
  near.write('lost');
  assert.equal(await echo(other, near, 'down'), 'down');
  const { pipe } = proxy.arrivals[0];
  assert.equal(pipe.lost.up, 4);
  proxy.resume();
  assert.equal(await echo(near, other, 'later'), 'later');
  assert.equal(proxy.open, 1);
});

test('silence hides that a side has closed until resume', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  await echo(near, other, 'a');
  proxy.silence();
  let told = false;
  other.resume().once('end', () => (told = true));
  near.end();
  near.destroy();
  // A newcomer's connection reaches the target after the end of the first would have.
  const late = dial();
  const third = await far();
  assert.equal(told, false);
  const ended = once(other, 'end');
  proxy.resume();
  await ended;
  assert.equal(await echo(late, third, 'y'), 'y');
});

test('silence with keep delivers everything after resume, in order', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  await echo(near, other, 'a');
  proxy.silence({ keep: true });
  near.end('one two');
  const marker = dial();
  await far();
  let got = '';
  other.on('data', (chunk) => (got += chunk));
  marker.destroy();
  proxy.resume();
  await once(other, 'end');
  assert.equal(got, 'one two');
});

test('a delay makes everything late in its direction and keeps the order, also when it ends', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  await echo(near, other, 'a');
  proxy.delay({ ms: 2000, direction: 'up' });
  let got = '';
  other.on('data', (chunk) => (got += chunk));
  near.write('one ');
  assert.equal(await echo(other, near, 'down'), 'down');
  assert.equal(got, '');
  proxy.delay({ ms: 0 });
  near.end('two');
  await once(other, 'end');
  assert.equal(got, 'one two');
});

test('a limited door resets those who come too fast, or makes them wait', async (t) => {
  const { proxy, dial, far } = await stand(t);
  proxy.limit({ perSecond: 0.001, burst: 2 });
  const crowd = [dial(), dial(), dial(), dial()];
  await Promise.all(crowd.slice(2).map(gone));
  assert.deepEqual([proxy.admitted, proxy.refused], [2, 2]);
  await far();
  await far();
  proxy.limit({ perSecond: 0.001, burst: 1, queue: true });
  const first = dial();
  assert.equal(await echo(first, await far(), 'in'), 'in');
  const arriving = proxy.nextConnection();
  const waiting = dial();
  assert.equal((await arriving).admitted, false);
  assert.equal(proxy.admitted, 3);
  const heard = far();
  proxy.accept();
  assert.equal(await echo(waiting, await heard, 'let in'), 'let in');
});

test('a target that is gone is a reset, and retarget leads elsewhere', async (t) => {
  const { proxy, dial } = await stand(t);
  const probe = net.createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  proxy.retarget(port);
  assert.equal(await gone(dial()), 'ECONNRESET');
  const other = await stand(t);
  proxy.retarget(other.proxy.port);
  assert.equal(await echo(dial(), await other.far(), 'here'), 'here');
});

test('who ends during a silence is gone after resume and cut, and nothing of it keeps the process alive', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const client = dial();
  await far();
  proxy.silence();
  client.end();
  await once(client, 'finish');
  await new Promise((resolve) => setTimeout(resolve, 100)); // What the proxy hears of it has no event here.
  proxy.resume();
  proxy.cut();
  await proxy.arrivals[0].pipe.closed;
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'SimpleShutdownWrap').length;
  while (sockets() > 0) await new Promise((resolve) => setImmediate(resolve)); // The test's limit is the bound.
});

test('a signalling session through the proxy sees a cut as 1006 and a resume works after it', async (t) => {
  const server = await startScriptable();
  const proxy = await startProxy({ target: server.url });
  t.after(async () => {
    await proxy.stop();
    await server.stop();
  });
  const through = { url: proxy.url, token: (options) => server.token(options) };
  const who = { room: 'r', identity: 'alice' };
  const one = await Client.join(through, who);
  proxy.cut();
  assert.equal((await one.closed).code, 1006);
  await server.idle();
  const two = await Client.join(through, { ...who, reconnect: true, sid: one.first.value.participant.sid });
  assert.equal(two.first.case, 'reconnect');
  two.close();
});

test('some of the connections are cut, by the port they come from, and the others live on', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const [one, two] = [dial(), dial()];
  const [a, b] = [await far(), await far()];
  assert.equal(proxy.cut(({ port }) => port === one.localPort), 1);
  assert.equal(await gone(one), 'ECONNRESET');
  assert.equal(proxy.open, 1);
  two.write('still here');
  const heard = await Promise.race([once(a, 'data'), once(b, 'data')]);
  assert.equal(String(heard[0]), 'still here');
});

test('a connection that is cut in the moment of its end leaves nothing open', async (t) => {
  const { proxy, dial, far } = await stand(t);
  const near = dial();
  const other = await far();
  proxy.silence({ direction: 'up', keep: true });
  near.end();
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  proxy.resume(); // Now the end is passed on, and has not left yet.
  proxy.cut();
  await Promise.all([gone(near), once(other.resume(), 'end')]);
  other.destroy();
  assert.equal(proxy.open, 0);
  // Node's handle of the proxy's end would stay for ever, and the process with it; only this list says so.
  const open = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  for (let turn = 0; turn < 50 && open() > 0; turn += 1) await new Promise(setImmediate);
  assert.equal(open(), 0);
});
