// Access tokens for tests and the demo: JWTs signed with HS256, made with Node's own crypto.
import { createHmac } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs `claims` as they are. Tests use it to make tokens that a server must refuse. */
export function sign(claims, secret) {
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/**
 * A participant's token. `grants` are added to the defaults (join this room, publish, subscribe, send data, edit
 * the own metadata); `ttl` is in seconds, 6 hours by default, negative for a token that has expired.
 */
export function token({ apiKey, apiSecret, room, identity, name, metadata, attributes, grants = {}, ttl = 6 * 3600, claims = {} }) {
  const now = Math.floor(Date.now() / 1000);
  const video = {
    room,
    roomJoin: true,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: true,
    ...grants,
  };
  return sign({ iss: apiKey, sub: identity, nbf: now - 10, exp: now + ttl, name, metadata, attributes, video, ...claims }, apiSecret);
}
