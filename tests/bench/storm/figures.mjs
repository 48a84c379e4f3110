// From what was seen to figures: pure functions over lists of moments. All times are ms since the cut.

export const STEP_MS = 100;

/** How many of `times` fall into each step of [0, windowMs). */
export function histogram(times, windowMs, stepMs = STEP_MS) {
  const counts = new Array(Math.ceil(windowMs / stepMs)).fill(0);
  for (const at of times) if (at >= 0 && at < windowMs) counts[Math.floor(at / stepMs)] += 1;
  return counts;
}

/** The largest sum of `steps` neighbours: with 10 steps of 100 ms, the busiest second wherever it begins. */
export function busiest(counts, steps) {
  let sum = 0;
  let most = 0;
  counts.forEach((count, i) => {
    sum += count - (i >= steps ? counts[i - steps] : 0);
    most = Math.max(most, sum);
  });
  return most;
}

/** `changes` (`{ at, client, up }`) in the order of time. */
const inOrder = (changes) => [...changes].sort((a, b) => a.at - b.at);

/** How many of `clients` are connected at the end of each step; all of them were when it began. */
export function connectedOverTime(changes, clients, windowMs, stepMs = STEP_MS) {
  const down = new Set();
  const ordered = inOrder(changes);
  let next = 0;
  return histogram([], windowMs, stepMs).map((_, i) => {
    for (; next < ordered.length && ordered[next].at < (i + 1) * stepMs; next += 1) note(down, ordered[next]);
    return clients - down.size;
  });
}

/** The fewest that were connected at any moment. */
export function leastConnected(changes, clients) {
  const down = new Set();
  return inOrder(changes).reduce((least, change) => Math.min(least, clients - note(down, change).size), clients);
}

/** When for the first time so large a share of the clients that were `cut` was back; null when it never was. */
export function backAfter(changes, cut, share) {
  const down = new Set(cut);
  const enough = Math.ceil(share * cut.size);
  for (const change of inOrder(changes)) {
    if (!cut.has(change.client)) continue;
    note(down, change);
    if (change.up && cut.size - down.size >= enough) return change.at;
  }
  return null;
}

function note(down, { client, up }) {
  if (up) down.delete(client);
  else down.add(client);
  return down;
}

/**
 * The figures of one run.
 * `arrivals`: moments at which a connection arrived, admitted or not; `dials`: `{ at, client }`, moments at which a
 * client made a socket; `changes`: `{ at, client, up }`; `ended`: clients that will not come back by themselves;
 * `cut`: the set of clients that were reset, of `clients` in all.
 */
export function figuresOf({ arrivals, dials, changes, ended, cut, clients, windowMs }) {
  const within = (events) => events.filter(({ at }) => at >= 0 && at < windowMs);
  const [seen, dialled] = [within(changes), within(dials)];
  const counts = histogram(arrivals, windowMs);
  const attempts = new Map([...cut].map((client) => [client, 0]));
  for (const { client } of dialled) if (attempts.has(client)) attempts.set(client, attempts.get(client) + 1);
  return {
    peakPer100Ms: busiest(counts, 1),
    peakPerSecond: busiest(counts, 1000 / STEP_MS),
    arrivals: counts.reduce((sum, count) => sum + count, 0),
    leastConnected: leastConnected(seen, clients),
    connectedAtEnd: connectedOverTime(seen, clients, windowMs).at(-1),
    t50Ms: backAfter(seen, cut, 0.5),
    t99Ms: backAfter(seen, cut, 0.99),
    attemptsMean: cut.size ? [...attempts.values()].reduce((sum, n) => sum + n, 0) / cut.size : 0,
    attemptsMost: Math.max(0, ...attempts.values()),
    othersLost: new Set(seen.filter(({ client, up }) => !up && !cut.has(client)).map(({ client }) => client)).size,
    lostAgain: lostAgain(seen, cut),
    gaveUp: new Set(within(ended).map(({ client }) => client)).size,
  };
}

/** How many of those that were cut came back and lost their connection once more. */
function lostAgain(changes, cut) {
  const back = new Set();
  const again = new Set();
  for (const { client, up } of inOrder(changes)) {
    if (!cut.has(client)) continue;
    if (up) back.add(client);
    else if (back.has(client)) again.add(client);
  }
  return again.size;
}
