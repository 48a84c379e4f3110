// Who may join: checks an access token as livekit-server does, with its statuses and sentences. It signs nothing.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from './codec.mjs';

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

const NO_GRANT = 'no permissions to access the room';
const LEEWAY_S = 60;

/** The claims of a token that allows joining. Throws a Refusal with the real server's answer. */
export function checkToken(token, { apiKey, apiSecret }) {
  if (!token) throw new Refusal(401, NO_GRANT);
  const [head, body, signature] = token.split('.');
  let claims;
  try {
    decode(head);
    claims = decode(body);
  } catch {
    throw new Refusal(401, 'invalid authorization token');
  }
  if (claims.iss !== apiKey) throw new Refusal(401, `invalid API key: ${claims.iss ?? ''}`);
  // The real server quotes the token in these sentences. So does this one: a client that prints what a server says leaks it.
  const invalid = (why) => new Refusal(401, `invalid token: ${token}, error: ${why}`);
  const expected = createHmac('sha256', apiSecret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature ?? '', 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid('token signature is invalid: signature is invalid');
  const now = Date.now() / 1000;
  if (claims.exp !== undefined && now > claims.exp + LEEWAY_S) throw invalid('token has invalid claims: token is expired');
  if (claims.nbf !== undefined && now < claims.nbf - LEEWAY_S) throw invalid('token has invalid claims: token is not valid yet');
  if (!claims.video) throw new Refusal(401, NO_GRANT);
  if (!claims.video.roomJoin) throw new Refusal(401, 'permissions denied');
  if (!claims.sub) throw new Refusal(400, 'identity cannot be empty');
  if (!claims.video.room) throw new Refusal(400, 'no room name');
  return claims;
}

/** What a token says, unchecked: for the log of dials that were refused before anybody looked at the token. */
export function peek(token) {
  try {
    return decode(token.split('.')[1]);
  } catch {
    return {};
  }
}
