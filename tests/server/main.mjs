// Runs a signalling server for a person until Ctrl-C: `node tests/server/main.mjs [--port 7880] [--script file.mjs] [--peer]`.
// The file's default export is a script, as server.mjs describes it; --peer lets a headless Chromium complete the clients'
// peer connections and forward their data (peer.mjs). What happens is told line by line, without tokens.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { startScriptable } from './server.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '7880' }, script: { type: 'string' }, peer: { type: 'boolean', default: false } } });
const script = values.script ? (await import(pathToFileURL(resolve(values.script)).href)).default : {};
const server = await startScriptable({ script, port: Number(values.port), forgetAfterMs: 20_000 });

console.log(`LIVEKIT_URL=${server.url}\nLIVEKIT_API_KEY=${server.apiKey}\nLIVEKIT_API_SECRET=${server.apiSecret}`);
const stand = values.peer ? await (await import('./peer.mjs')).startPeer(server) : null;
console.log(`Participants, names, metadata, mute${stand ? ' and data' : '; no data'}. Audio and video need a real livekit-server.`);

process.once('SIGINT', async () => {
  await Promise.all([server.stop(), stand?.stop()]);
  process.exit(0);
});

const forEver = { timeoutMs: 2 ** 31 - 1 };
for (;;) {
  const dial = await server.nextDial(forEver);
  const who = `${dial.identity ?? 'somebody'} (v${dial.version}${dial.reconnect ? ', resume' : ''})`;
  console.log(`${who} dials`);
  server.nextConnection(forEver).then(async (connection) => {
    connection.closed.then(({ code, reason }) => console.log(`${connection.identity} is gone: ${code} ${reason}; it sent ${connection.requests().join(' ') || 'nothing'}`));
  });
}
