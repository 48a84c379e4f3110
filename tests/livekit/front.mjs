// Fronts of a service with regions: TLS on one port a region, each before a livekit-server, and the list of regions where
// LiveKit Cloud has it. A region can be told to misbehave. They balance nothing and check no token.
//
//   node front.mjs '{ "key", "cert", "host", "regions": [{ "region", "url", "port", "upstream" }] }'
//
// Says "ready" when all listen, takes lines `{ "region": 0, "fault": "tls" }` (null: none any more), says "done" after
// each, and ends with its standard input. Whoever is connected to a region is cut when it is told something.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { STATUS_CODES, request } from 'node:http';
import { createServer as createTls } from 'node:https';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { reset } from '../server/proxy.mjs';

const { key, cert, host, regions } = JSON.parse(process.argv[2]);
const list = JSON.stringify({ regions: regions.map(({ region, url }, distance) => ({ region, url, distance: String(distance) })) });
const OPEN = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-allow-methods': '*', 'access-control-expose-headers': '*' };
const ACCEPTED = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 4.2.2.

/** By name: `refused` (nobody listens), `tls` (no handshake), `dial(request)` instead of an upgrade, `status` of all but the list. */
const FAULTS = {
  refused: { refused: true },
  tls: { tls: true },
  stall: { dial: () => '' },
  silent: {
    dial: ({ headers }) => {
      const accept = createHash('sha1').update(headers['sec-websocket-key'] + ACCEPTED).digest('base64');
      return `HTTP/1.1 101 ${STATUS_CODES[101]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    },
  },
  503: { status: 503 },
  403: { status: 403 },
  429: { status: 429, headers: { 'retry-after': '1' } },
};

class Front {
  #region;
  #fault = {};
  #open = new Set();
  #tls = createTls({ key, cert }, (asked, response) => this.#answer(asked, response)).on('upgrade', (...upgrade) => this.#upgrade(...upgrade));
  #door = net.createServer((client) => {
    this.#open.add(client);
    client.on('error', () => {}).once('close', () => this.#open.delete(client));
    if (!this.#fault.tls) this.#tls.emit('connection', client);
  });

  constructor(region) {
    this.#region = region;
  }

  async listen() {
    this.#door.listen(this.#region.port, host);
    await once(this.#door, 'listening');
  }

  async tell(name) {
    this.#fault = name === null ? {} : FAULTS[name];
    const closed = this.#door.listening && new Promise((resolve) => this.#door.close(resolve));
    for (const client of this.#open) reset(client);
    await closed;
    if (!this.#fault.refused) await this.listen();
  }

  #answer(asked, response) {
    const { method, url: path, headers } = asked;
    if (path.startsWith('/settings/regions')) {
      response.writeHead(200, { ...OPEN, 'content-type': 'application/json', 'cache-control': 'max-age=3600' });
      return response.end(list);
    }
    const { status, headers: more } = this.#fault;
    if (status) return response.writeHead(status, { ...OPEN, ...more }).end();
    const passed = request({ host, port: this.#region.upstream, method, path, headers }, (answered) => {
      response.writeHead(answered.statusCode, answered.headers);
      answered.pipe(response);
    });
    passed.on('error', () => response.destroy());
    asked.pipe(passed);
  }

  #upgrade(asked, client, head) {
    client.on('error', () => {});
    const { dial, status } = this.#fault;
    if (dial) return client.write(dial(asked));
    if (status) return client.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const server = net.connect(this.#region.upstream, host, () => {
      const headers = asked.rawHeaders.map((part, i) => (i % 2 ? `${part}\r\n` : `${part}: `)).join('');
      server.write(`GET ${asked.url} HTTP/1.1\r\n${headers}\r\n`);
      server.write(head);
      client.pipe(server).pipe(client);
    });
    client.once('close', () => server.destroy());
    server.on('error', () => client.destroy());
  }
}

const fronts = regions.map((region) => new Front(region));
await Promise.all(fronts.map((front) => front.listen()));
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { region, fault } = JSON.parse(line);
  await fronts[region].tell(fault);
  console.log('done');
}
process.exit();
