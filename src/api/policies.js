// How a room tells its own policies, which the engine runs, from an app's, which are asked.

/** Under this key one of ours keeps its options. */
export const ENGINE = Symbol('options of a policy that the engine has');

/**
 * Options of one of ours, or undefined for an app's own: a class derived from ours with a rule of its own is one too.
 */
export function ours(policy, Default) {
  if (policy === undefined) return {};
  return policy.nextRetryDelayInMs === Default.prototype.nextRetryDelayInMs ? policy[ENGINE] : undefined;
}
