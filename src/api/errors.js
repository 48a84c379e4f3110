// The errors of livekit-client by name and reason, with what ours add: `code`, a text out of a closed list, and
// `retryable`, whether the same call may succeed when it is made again later. For what the engine reports both come
// from its one table (src/engine/error.rs); an error that an app makes itself has its class's own.
import { ConnectionErrorReason } from './enums.js';

export class LivekitError extends Error {
  constructor(code, message, options) {
    super(message || 'an error has occurred', options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LiveKitError';
    this.code = code;
    this.retryable = options?.retryable ?? false;
  }
}

export class LivekitReasonedError extends LivekitError {}

// Lower case with hyphens: `ServerUnreachable` is `server-unreachable`.
const codeOf = (name) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase();

export class ConnectionError extends LivekitReasonedError {
  constructor(message, reason, status, context, options) {
    const reasonName = ConnectionErrorReason[reason];
    const { NotAllowed, Cancelled, ServiceNotFound } = ConnectionErrorReason;
    super(options?.code ?? codeOf(reasonName), message, { retryable: ![NotAllowed, Cancelled, ServiceNotFound].includes(reason), ...options });
    this.name = 'ConnectionError';
    this.reason = reason;
    this.reasonName = reasonName;
    this.status = status;
    this.context = context;
  }

  static notAllowed(message, status, context) {
    return new ConnectionError(message, ConnectionErrorReason.NotAllowed, status, context);
  }

  static serverUnreachable(message, status) {
    return new ConnectionError(message, ConnectionErrorReason.ServerUnreachable, status);
  }

  static internal(message, context) {
    return new ConnectionError(message, ConnectionErrorReason.InternalError, undefined, context);
  }

  static cancelled(message) {
    return new ConnectionError(message, ConnectionErrorReason.Cancelled);
  }

  static leaveRequest(message, context) {
    return new ConnectionError(message, ConnectionErrorReason.LeaveRequest, undefined, context);
  }

  static timeout(message) {
    return new ConnectionError(message, ConnectionErrorReason.Timeout);
  }

  static websocket(message, status, reason) {
    return new ConnectionError(message, ConnectionErrorReason.WebSocket, status, reason);
  }

  static serviceNotFound(message, serviceName) {
    return new ConnectionError(message, ConnectionErrorReason.ServiceNotFound, undefined, serviceName);
  }
}

export class UnexpectedConnectionState extends LivekitError {
  constructor(message, options) {
    super(options?.code ?? 'unexpected-state', message || 'unexpected connection state', options);
    this.name = 'UnexpectedConnectionState';
  }
}

export class UnsupportedServer extends LivekitError {
  constructor(message, options) {
    super('unsupported', message || 'unsupported server', options);
    this.name = 'UnsupportedServer';
  }
}

export class NegotiationError extends LivekitError {
  constructor(message, options) {
    super('negotiation', message || 'unable to negotiate', { retryable: true, ...options });
    this.name = 'NegotiationError';
  }
}

export class PublishDataError extends LivekitError {
  constructor(message, options) {
    super(options?.code ?? 'publish-data', message || 'unable to publish data', { retryable: true, ...options });
    this.name = 'PublishDataError';
  }
}

export class PublishTrackError extends LivekitError {
  constructor(message, status, options) {
    super('publish-track', message, { retryable: true, ...options });
    this.name = 'PublishTrackError';
    this.status = status;
  }
}

// RequestResponse.Reason of the protocol, by number.
const REQUEST_REASONS = 'OK NOT_FOUND NOT_ALLOWED LIMIT_EXCEEDED QUEUED UNSUPPORTED_TYPE UNCLASSIFIED_ERROR INVALID_HANDLE INVALID_NAME DUPLICATE_HANDLE DUPLICATE_NAME INVALID_REQUEST'.split(' ');

export class SignalRequestError extends LivekitReasonedError {
  constructor(message, reason, options) {
    super('signal-request', message, options);
    this.name = 'SignalRequestError';
    this.reason = reason;
    this.reasonName = typeof reason === 'string' ? reason : REQUEST_REASONS[reason];
  }
}

export class DeviceUnsupportedError extends LivekitError {
  constructor(message, options) {
    super('unsupported', message ?? 'device is unsupported', options);
    this.name = 'DeviceUnsupportedError';
  }
}

export class TrackInvalidError extends LivekitError {
  constructor(message, options) {
    super('invalid-argument', message ?? 'track is invalid', options);
    this.name = 'TrackInvalidError';
  }
}

const FAILURES = {
  NotFoundError: 'NotFound',
  DevicesNotFoundError: 'NotFound',
  NotAllowedError: 'PermissionDenied',
  PermissionDeniedError: 'PermissionDenied',
  NotReadableError: 'DeviceInUse',
  TrackStartError: 'DeviceInUse',
};

export const MediaDeviceFailure = {
  PermissionDenied: 'PermissionDenied',
  NotFound: 'NotFound',
  DeviceInUse: 'DeviceInUse',
  Other: 'Other',

  /** What an error of getUserMedia means; undefined for what is no error. */
  getFailure(error) {
    return error?.name === undefined ? undefined : FAILURES[error.name] ?? 'Other';
  },
};
