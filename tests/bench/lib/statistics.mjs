// Medians and spreads of samples. No averages: one stalled sample would own them.

const sorted = (values) => [...values].sort((a, b) => a - b);

export function median(values) {
  const all = sorted(values);
  const middle = all.length >> 1;
  return all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

/** The smallest and the largest sample. */
export const range = (values) => [Math.min(...values), Math.max(...values)];

/**
 * Takes `n` samples of each side by turns, so that what the machine does meanwhile falls on both. `sample(side, i)`
 * resolves with a number. Who goes first changes every time.
 */
export async function interleaved(n, sample, sides = ['ours', 'theirs']) {
  const samples = Object.fromEntries(sides.map((side) => [side, []]));
  for (let i = 0; i < n; i += 1) {
    for (const side of i % 2 ? [...sides].reverse() : sides) samples[side].push(await sample(side, i));
  }
  return samples;
}

/** A row of the result from samples of both sides. */
export function row(name, unit, { ours, theirs }) {
  const [a, b] = [median(ours), median(theirs)];
  return { name, unit, ours: a, theirs: b, ratio: a / b, n: Math.min(ours.length, theirs.length), spread: { ours: range(ours), theirs: range(theirs) } };
}
