// Makes the errors that promises reject with out of what the engine reports. Rust calls this and nothing else does.
import { serve } from './core.js';
import { ConnectionError, DeviceUnsupportedError, LivekitError, NegotiationError, PublishDataError, PublishTrackError, SignalRequestError, UnexpectedConnectionState } from './errors.js';

const INTERNAL = 2;

const MADE = {
  'unexpected-state': (message, _facts, options) => new UnexpectedConnectionState(message, options),
  'session-ended': (message, _facts, options) => new UnexpectedConnectionState(message, options),
  negotiation: (message, _facts, options) => new NegotiationError(message, options),
  'publish-data': (message, _facts, options) => new PublishDataError(message, options),
  'publish-track': (message, { status }, options) => new PublishTrackError(message, status ?? 500, options),
  // Without a reason there was no answer.
  'signal-request': (message, { requestReason }, options) => new SignalRequestError(message, requestReason ?? 'TimeoutError', options),
  unsupported: (message, _facts, options) => new DeviceUnsupportedError(message, options),
};

/**
 * `reason` is the number of a `ConnectionErrorReason`, or undefined where the code is none of them; `connecting` says
 * that it is `connect()` that fails, which rejects with a `ConnectionError` whatever happened.
 */
export function failure(code, message, retryable, connecting, reason, status, leaveReason, requestReason) {
  const options = { code, retryable };
  if (connecting || reason !== undefined) {
    return new ConnectionError(message, reason ?? INTERNAL, status, leaveReason, options);
  }
  return MADE[code]?.(message, { status, requestReason }, options) ?? new LivekitError(code, message, options);
}

serve({ failure });
