// What happens to the crowd, and which policies it is driven by: two tables. A further scenario or policy is a row here.
import { liveKitsFormer } from './former-policy.mjs';

const CUT_AFTER = { perSecond: 50, burst: 5, forMs: 15_000 };

/**
 * `share` of the clients is reset at once. `door`: from that moment the proxy lets `perSecond` connections in (a bucket
 * of `burst`), resets the others, and opens again after `forMs`; null lets everybody in.
 */
export const SCENARIOS = [
  { name: 'all', title: 'everybody is cut at once', share: 1, door: null },
  { name: 'fifth', title: '20 % are cut, the door takes 50 a second for 15 s and resets the rest', share: 0.2, door: CUT_AFTER },
];

/**
 * `make()` gives what a client passes as `RoomOptions.reconnectPolicy`; undefined means the package's own default.
 * Everything else about the clients is the same.
 */
export const POLICIES = [
  { name: 'rejoin', title: 'Rejoin', make: async () => undefined },
  { name: 'livekit-client', title: 'livekit-client 2.23', make: async () => new (await import('livekit-client')).DefaultReconnectPolicy() },
  { name: 'livekit-client-former', title: 'livekit-client, old default', make: async () => liveKitsFormer() },
];

export const policyNamed = (name) => POLICIES.find((policy) => policy.name === name);
