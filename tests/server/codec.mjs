// The wire, as an independent codec sees it: what a dial asks for, and messages from plain data.
// Built on @livekit/protocol (protobuf-es), which shares no line with the crate under test. It holds no state.
import { gunzipSync } from 'node:zlib';
import { ConnectionSettings, ClientInfo, JoinRequest, SignalRequest, SignalResponse, WrappedJoinRequest, WrappedJoinRequest_Compression } from '@livekit/protocol';

/** What is wrong with a dial, as the HTTP answer a real server gives. */
export class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/**
 * A SignalResponse from plain data: `{ leave: { action: 'RECONNECT', reason: 'STATE_MISMATCH' } }`. The one key is the
 * message's case, its value is protojson (enums by name or number, int64 as number or text, bytes as base64) or a
 * message of @livekit/protocol. A SignalResponse passes through.
 */
export function response(init) {
  if (init instanceof SignalResponse) return init;
  const [[name, value], ...others] = Object.entries(init);
  if (others.length > 0) throw new TypeError(`one case a message, not ${Object.keys(init).join(' and ')}`);
  if (typeof value?.toBinary === 'function') return new SignalResponse({ message: { case: name, value } });
  return SignalResponse.fromJson({ [name]: value });
}

/** A client's frame as `{ case, value, text }`: `value` is a message of @livekit/protocol, `text` tells a protojson frame. */
export function request(data, isBinary) {
  const decoded = isBinary ? SignalRequest.fromBinary(data) : SignalRequest.fromJsonString(data.toString(), { ignoreUnknownFields: true });
  return { case: decoded.message.case, value: decoded.message.value, text: !isBinary };
}

/** The path of a request: `{ version: 0 | 1, validate }`, or null when it is not the signalling path. A base path is allowed. */
export function signalPath(pathname) {
  const match = /\/rtc(\/v1)?(\/validate)?\/?$/.exec(pathname);
  return match && { version: match[1] ? 1 : 0, validate: Boolean(match[2]) };
}

/** The JoinRequest a dial carries, from `join_request` (v1) or from single parameters (v0). Throws a Refusal. */
export function joinRequest(params, version) {
  const wrapped = params.get('join_request');
  if (!wrapped) {
    if (version === 1) throw new Refusal(400, 'join_request is required');
    return { compression: null, join: fromParameters(params) };
  }
  // The server decodes URL-safe base64 with its padding, nothing else: Buffer alone would forgive too much.
  if (!/^[\w-]*={0,2}$/.test(wrapped) || wrapped.length % 4 !== 0) throw new Refusal(400, 'cannot base64 decode wrapped join request');
  let outer;
  try {
    outer = WrappedJoinRequest.fromBinary(Buffer.from(wrapped, 'base64url'));
  } catch {
    throw new Refusal(400, 'cannot unmarshal wrapped join request');
  }
  const gzip = outer.compression === WrappedJoinRequest_Compression.GZIP;
  let bytes = outer.joinRequest;
  try {
    if (gzip) bytes = gunzipSync(bytes, { maxOutputLength: 1 << 20 });
  } catch {
    throw new Refusal(400, 'cannot read decompressed join request');
  }
  try {
    return { compression: gzip ? 'GZIP' : 'NONE', join: JoinRequest.fromBinary(bytes) };
  } catch {
    throw new Refusal(400, 'cannot unmarshal join request');
  }
}

const on = (value) => value === '1' || value === 'true';

function fromParameters(params) {
  return new JoinRequest({
    clientInfo: new ClientInfo({
      version: params.get('version') ?? '',
      protocol: Number(params.get('protocol') ?? 0),
      clientProtocol: Number(params.get('client_protocol') ?? 0),
      os: params.get('os') ?? '',
      browser: params.get('browser') ?? '',
      network: params.get('network') ?? '',
    }),
    connectionSettings: new ConnectionSettings({
      autoSubscribe: on(params.get('auto_subscribe') ?? '1'),
      adaptiveStream: on(params.get('adaptive_stream')),
      disableIceLite: on(params.get('disable_ice_lite')),
    }),
    reconnect: on(params.get('reconnect')),
    reconnectReason: Number(params.get('reconnect_reason') ?? 0),
    participantSid: params.get('sid') ?? '',
  });
}
