// Fronts of a service with regions, for processes at the server's end of a wire: TLS on one port a region, each before the
// same livekit-server, and the list of regions where LiveKit Cloud has it. It balances nothing and checks no token.
//
//   node front.mjs '{ "key", "cert", "host", "upstream", "regions": [{ "region", "url", "port" }] }'
//
// Says "ready" when it listens, and ends with its standard input.
import { request } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';

const { key, cert, host, upstream, regions } = JSON.parse(process.argv[2]);
const list = JSON.stringify({ regions: regions.map(({ region, url }, distance) => ({ region, url, distance: String(distance) })) });
const OPEN = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-allow-methods': '*' };

function answer(asked, response) {
  if (asked.url.startsWith('/settings/regions')) {
    response.writeHead(200, { ...OPEN, 'content-type': 'application/json', 'cache-control': 'max-age=3600' });
    return response.end(list);
  }
  const { method, url: path, headers } = asked;
  const passed = request({ host, port: upstream, method, path, headers }, (answered) => {
    response.writeHead(answered.statusCode, answered.headers);
    answered.pipe(response);
  });
  passed.on('error', () => response.destroy());
  asked.pipe(passed);
}

function upgrade({ url, rawHeaders }, client, head) {
  const server = connect(upstream, host, () => {
    const headers = rawHeaders.map((part, i) => (i % 2 ? `${part}\r\n` : `${part}: `)).join('');
    server.write(`GET ${url} HTTP/1.1\r\n${headers}\r\n`);
    server.write(head);
    client.pipe(server).pipe(client);
  });
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
}

for (const { port } of regions) {
  const front = createServer({ key, cert }, answer).on('upgrade', upgrade);
  await new Promise((resolve) => front.listen(port, host, resolve));
}
console.log('ready');
process.stdin.resume().on('end', () => process.exit());
