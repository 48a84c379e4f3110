// How a room tells its own policies, which the engine runs, from an app's, which are asked.

/** Under this key one of ours keeps its options. */
export const ENGINE = Symbol('options of a policy that the engine has');

/**
 * What the engine takes: `{ ours }`, options of one of ours; `{ custom }`, an object to be asked, which a class derived
 * from ours with a rule of its own is as well.
 */
export function choice(policy, Default) {
  if (policy === undefined) return { ours: {} };
  const ruled = policy.nextRetryDelayInMs === Default.prototype.nextRetryDelayInMs;
  return ruled && policy[ENGINE] ? { ours: policy[ENGINE] } : { custom: policy };
}
