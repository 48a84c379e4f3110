// Types of policy.js.

/** What a policy is told. The first four fields are livekit-client's; a room fills in all of them. */
export interface ReconnectContext {
  /** Failed attempts since a session last lived for 30 s. A resume that the server turns down is none, nor one whose next region is tried at once. */
  readonly retryCount: number;
  /** Milliseconds since the connection was lost. */
  readonly elapsedMs: number;
  /** What ended the connection, or what the last attempt failed with. */
  readonly retryReason?: Error;
  readonly serverUrl?: string;
  /** Who else was probably lost: this client, its session, or everybody. */
  readonly cause?: 'local' | 'single' | 'remote';
  /** Participants when the connection was lost, the local one included, and those of the origin's other rooms, in other tabs too. */
  readonly numParticipants?: number;
  /** The delay before the attempt that failed last, milliseconds; 0 before the first. */
  readonly lastDelayMs?: number;
  /** How long the connection had worked since it was made or last mended, milliseconds. */
  readonly sessionDurationMs?: number;
  /** What the host says about the network; true where it says nothing. */
  readonly online?: boolean;
  /** In how many milliseconds the server wants to see this client again (`Retry-After`, `retry_in=<ms>`); negative: never. */
  readonly hintMs?: number;
}

/** What `RoomOptions.reconnectPolicy` may be. `null` gives up; a throw, nonsense or no answer within 5 s falls back to the default. */
export interface ReconnectPolicy {
  nextRetryDelayInMs(context: ReconnectContext): number | null | Promise<number | null>;
}

/** Clients that were lost together draw a place in a queue for what the server takes per second. */
export interface DefaultReconnectPolicyOptions {
  /** Joins that the server takes per second. @default 100 */
  joinsPerSecond?: number;
  /** Joins that it takes at once. @default 20 */
  burst?: number;
  /** Clients assumed to be lost together, at least, when the cause is remote. @default 400 */
  strangers?: number;
  /** Share of the room assumed to be lost together, by cause. @default 1 */
  remoteShare?: number;
  /** @default 0.1 */
  localShare?: number;
  /** @default 0.1 */
  singleShare?: number;
  /** Widest window of a first attempt, milliseconds. @default 15000 */
  maxFirstWindowMs?: number;
  /** The same when the cause is local or single. @default 2000 */
  maxLocalWindowMs?: number;
  /** Every first attempt is spread by up to this, milliseconds. @default 250 */
  spreadMs?: number;
  /** Least window of later attempts, milliseconds, 1 at least. @default 1000 */
  retryWindowMs?: number;
  /** Later attempts widen the window by at most this factor, 1 at least. @default 10 */
  maxBackoff?: number;
}

/**
 * The default. It gives up when the server says so; otherwise a hint (300 s at most) is waited for, and then a while more, up
 * to the window or a quarter of the hint. A list of delays, livekit-client's form, means that table with ±50 % of jitter.
 */
export declare class DefaultReconnectPolicy implements ReconnectPolicy {
  constructor(options?: DefaultReconnectPolicyOptions | number[]);
  nextRetryDelayInMs(context: ReconnectContext): number | null;
}

export interface ProportionalJitterPolicyOptions {
  /** One delay for each attempt, milliseconds. @default [2000, 3000, 5000, then 7000 seven times] */
  delaysMs?: number[];
  /** 0.5 means ±50 %. @default 0.5 */
  jitter?: number;
}

/** `delay * (1 ± jitter)` from a table, null past its end. A hint of the server can only lengthen it, a negative one gives up. */
export declare class ProportionalJitterPolicy implements ReconnectPolicy {
  constructor(options?: ProportionalJitterPolicyOptions);
  nextRetryDelayInMs(context: ReconnectContext): number | null;
}
