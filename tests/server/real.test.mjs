// The happy script and the real livekit-server are asked the same things and give the same answers: what FACTS.md says is
// still so, and a client that gets along with one gets along with the other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../livekit/server.mjs';
import { token } from '../livekit/token.mjs';
import { Client } from './client.mjs';
import { startScriptable } from './server.mjs';

let real;
let scripted;
before(async () => {
  [real, scripted] = await Promise.all([startServer({ ports: { port: 0, tcp: 0, udp: 0 } }), startScriptable()]);
});
after(() => Promise.all([real?.stop(), scripted?.stop()]));

/** Does `ask(server)` on both and compares what comes of it; the server's own sids, tokens and times are left out by `ask`. */
async function same(ask, expected) {
  const [ofReal, ofScripted] = await Promise.all([ask(real), ask(scripted)]);
  assert.deepEqual(ofScripted, ofReal);
  if (expected !== undefined) assert.deepEqual(ofReal, expected);
}

let rooms = 0;
const room = () => `room-${(rooms += 1)}`;
const brief = ({ action, reason, canReconnect }) => ({ action, reason, canReconnect });

test('validate: statuses and sentences', async () => {
  const wrong = (server, options) => token({ apiKey: server.apiKey, apiSecret: 'x'.repeat(48), ...options });
  const cases = {
    good: () => ({}),
    none: () => ({ token: '' }),
    nonsense: () => ({ token: 'nonsense' }),
    'of another key': (server) => ({ token: token({ apiKey: 'other', apiSecret: server.apiSecret, room: 'r', identity: 'a' }) }),
    'with a wrong signature': (server) => ({ token: wrong(server, { room: 'r', identity: 'a' }) }),
    'expired for long': () => ({ ttl: -120 }),
    'expired just now': () => ({ ttl: -20 }),
    'not valid yet': () => ({ claims: { nbf: Math.floor(Date.now() / 1000) + 600 } }),
    'without the right to join': () => ({ grants: { roomJoin: false } }),
    'without a grant': () => ({ claims: { video: undefined } }),
    'without identity': () => ({ identity: '' }),
    'without room': () => ({ room: undefined }),
  };
  for (const version of [1, 0]) {
    for (const [name, make] of Object.entries(cases)) {
      await same(async (server) => {
        const options = { room: 'r', identity: 'a', version, ...make(server) };
        const jwt = options.token ?? server.token(options);
        const answer = await fetch(Client.url(server, { ...options, token: jwt }).replace(/^ws/, 'http').replace('?', '/validate?'));
        const text = await answer.text();
        const dial = Client.dial(server, { ...options, token: jwt });
        const refused = await Promise.race([dial.failed, dial.next().then(() => ({ status: 101 }))]);
        dial.close();
        return { name, status: answer.status, text: jwt ? text.replaceAll(jwt, 'JWT') : text, dial: refused.status };
      });
    }
  }
});

test('validate without or with a bent join_request, other paths', async () => {
  await same(async (server) => {
    const jwt = server.token({ room: 'r', identity: 'a' });
    const base = server.url.replace(/^ws/, 'http');
    const told = [];
    for (const path of [`/rtc/v1/validate?access_token=${jwt}`, `/rtc/v1/validate?access_token=${jwt}&join_request=!!!!`, `/rtc/v1/validate?access_token=${jwt}&join_request=_____w==`, '/', '/settings/regions', '/rtc/v2', '/nothing']) {
      const answer = await fetch(base + path);
      told.push([answer.status, await answer.text()]);
    }
    return told;
  });
});

test('a join: what it says', async () => {
  for (const version of [1, 0]) {
    const name = room();
    await same(async (server) => {
      const client = await Client.join(server, { room: name, identity: 'alice', name: 'Alice', metadata: 'm', attributes: { k: 'v' }, version });
      const join = client.first.value;
      await client.next('refreshToken');
      client.close();
      const { identity, state, metadata, attributes, permission, version: revision } = join.participant;
      return {
        first: client.cases[0],
        participant: { name: join.participant.name, identity, state, metadata, attributes, revision, permission: permission.toJson() },
        room: join.room.name,
        ping: [join.pingInterval, join.pingTimeout],
        primary: join.subscriberPrimary,
        fast: join.fastPublish,
        others: join.otherParticipants.length,
      };
    });
  }
});

test('changes of oneself: an update and a token for each, then the answer', async () => {
  const name = room();
  await same(async (server) => {
    const client = await Client.join(server, { room: name, identity: 'alice' });
    await client.next('refreshToken');
    client.request({ updateMetadata: { requestId: 7, name: 'Al', metadata: 'm', attributes: { k: 'v' } } });
    const reply = await client.next('requestResponse');
    client.close();
    return { cases: client.cases.filter((each) => each === 'refreshToken').length, reply: reply.toJson() };
  });
  await same(async (server) => {
    const client = await Client.join(server, { room: name, identity: 'bob', grants: { canUpdateOwnMetadata: false, canPublish: false } });
    client.request({ updateMetadata: { requestId: 8, name: 'Bo' } });
    const refused = (await client.next('requestResponse')).toJson();
    client.request({ mute: { sid: 'TR_none', muted: true } });
    const unknown = (await client.next('requestResponse')).toJson();
    client.request({ addTrack: { cid: 'c', name: 'mic', type: 'AUDIO', source: 'MICROPHONE' } });
    const unpublished = (await client.next('requestResponse')).toJson();
    client.close();
    return { refused, unknown, unpublished };
  });
});

test('pings, in protobuf and in text', async () => {
  await same(async (server) => {
    const client = await Client.join(server, { room: room(), identity: 'alice' });
    client.request({ ping: 5 });
    client.request({ pingReq: { timestamp: 77, rtt: 3 } });
    await client.next('pong');
    const { lastPingTimestamp } = await client.next('pongResp');
    client.ws.send(JSON.stringify({ ping: '6' }));
    await client.next('pong');
    client.close();
    return { lastPingTimestamp, textFrames: client.textFrames > 0 };
  });
});

test('every end has its leave and its close code', async () => {
  const name = room();
  await same(async (server) => {
    const client = await Client.join(server, { room: name, identity: 'alice' });
    client.request({ leave: {} });
    return { leave: brief(await client.next('leave')), closed: await client.closed };
  }, { leave: { action: 0, reason: 1, canReconnect: false }, closed: { code: 1000, reason: '' } });
  await same(async (server) => {
    const first = await Client.join(server, { room: name, identity: 'bob' });
    const second = await Client.join(server, { room: name, identity: 'bob' });
    const told = { leave: brief(await first.next('leave')), closed: await first.closed };
    second.close();
    return told;
  }, { leave: { action: 0, reason: 2, canReconnect: false }, closed: { code: 1000, reason: '' } });
  for (const protocol of [16, 12]) {
    await same(async (server) => {
      const client = await Client.join(server, { room: name, identity: 'nobody', reconnect: true, sid: 'PA_x', protocol });
      return { cases: client.cases, leave: brief(client.first.value), closed: await client.closed };
    });
  }
});
