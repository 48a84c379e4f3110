// Types of errors.js: livekit-client's errors with ours besides, `code` and `retryable`.
import type { ConnectionErrorReason, DisconnectReason } from './enums.js';

/** Every `code`. The list is closed: a `switch` over it can be complete. */
export type ErrorCode =
  | 'not-allowed'
  | 'server-unreachable'
  | 'internal-error'
  | 'cancelled'
  | 'leave-request'
  | 'timeout'
  | 'web-socket'
  | 'service-not-found'
  | 'invalid-argument'
  | 'unexpected-state'
  | 'negotiation'
  | 'publish-data'
  | 'publish-track'
  | 'queue-full'
  | 'signal-request'
  | 'session-ended'
  | 'unsupported'
  | 'poisoned';

export interface LivekitErrorOptions {
  cause?: unknown;
  retryable?: boolean;
}

/** The base of all of them. */
export declare class LivekitError extends Error {
  constructor(code: ErrorCode, message?: string, options?: LivekitErrorOptions);
  /** What went wrong. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed when it is made again later. */
  readonly retryable: boolean;
}

export declare abstract class LivekitReasonedError<Reason> extends LivekitError {
  readonly reason: Reason;
  readonly reasonName: string;
}

/** What `connect()` rejects with, and a publish that the server does not answer in time: 10 s, more where it may not have arrived. */
export declare class ConnectionError extends LivekitReasonedError<ConnectionErrorReason> {
  private constructor();
  /** The HTTP status, where one was seen. */
  readonly status?: number;
  /** The `DisconnectReason` of a `LeaveRequest`; else what the factory was given. */
  readonly context?: unknown;
  static notAllowed(message: string, status: number, context?: unknown): ConnectionError;
  static serverUnreachable(message: string, status?: number): ConnectionError;
  static internal(message: string, context?: { status?: number; statusText?: string }): ConnectionError;
  static cancelled(message: string): ConnectionError;
  static leaveRequest(message: string, context: DisconnectReason): ConnectionError;
  static timeout(message: string): ConnectionError;
  static websocket(message: string, status?: number, reason?: string): ConnectionError;
  static serviceNotFound(message: string, serviceName: 'v0-rtc'): ConnectionError;
}

/** The call does not fit the state of the room, or the session ended before it was done. */
export declare class UnexpectedConnectionState extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare class UnsupportedServer extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare class NegotiationError extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare class PublishDataError extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare class PublishTrackError extends LivekitError {
  constructor(message: string, status: number, options?: LivekitErrorOptions);
  readonly status: number;
}

/** The server refused a request (name, metadata, attributes), or did not answer it in time (`"TimeoutError"`): 5 s, more where it may not have arrived. */
export declare class SignalRequestError extends LivekitReasonedError<number | 'TimeoutError'> {
  constructor(message: string, reason: number | 'TimeoutError', options?: LivekitErrorOptions);
}

export declare class DeviceUnsupportedError extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare class TrackInvalidError extends LivekitError {
  constructor(message?: string, options?: LivekitErrorOptions);
}

export declare enum MediaDeviceFailure {
  PermissionDenied = 'PermissionDenied',
  NotFound = 'NotFound',
  DeviceInUse = 'DeviceInUse',
  Other = 'Other',
}

export declare namespace MediaDeviceFailure {
  /** What an error of getUserMedia means; undefined for what is no error. */
  function getFailure(error: unknown): MediaDeviceFailure | undefined;
}
