// The demo's token endpoint, for Vite's dev and preview servers: `GET /token?room=..&name=..` answers `{ url, token }`,
// signed with LIVEKIT_API_KEY and LIVEKIT_API_SECRET for the server at LIVEKIT_URL.
// It gives a token to whoever can reach it, so it is for a demo on one's own machine: an application asks who is there first.
import { randomBytes } from 'node:crypto';
import { token } from '../tests/livekit/token.mjs';

const LONGEST = 128;
const NEEDED = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];

/** The Vite plugin. The environment is read at each request, so a server may be started after Vite. */
export function tokenEndpoint() {
  const answerOn = (server) => {
    server.middlewares.use('/token', answer);
  };
  return { name: 'rejoin-demo-token', configureServer: answerOn, configurePreviewServer: answerOn };
}

function answer(request, response) {
  const { status, body } = decide(request, process.env);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function decide(request, env) {
  if (request.method !== 'GET') return refuse(405, 'The token endpoint answers GET only.');
  const query = new URL(request.url, 'http://localhost').searchParams;
  const room = query.get('room')?.trim();
  const name = query.get('name')?.trim();
  if (!room || !name) return refuse(400, 'A room and a name are needed.');
  if (room.length > LONGEST || name.length > LONGEST) return refuse(400, `Room and name may have ${LONGEST} characters at most.`);
  const missing = NEEDED.filter((key) => !env[key]);
  if (missing.length) return refuse(503, `The demo's server is not set up: ${missing.join(', ')} missing. "npm run demo" starts one.`);
  const identity = query.get('identity')?.trim() || freshIdentity(name);
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = env;
  return { status: 200, body: { url, token: token({ apiKey, apiSecret, room, name, identity }) } };
}

const refuse = (status, error) => ({ status, body: { error } });

// Two tabs of one person are two participants: the server evicts the first of two with the same identity.
const freshIdentity = (name) => `${name}-${randomBytes(3).toString('hex')}`;
