// What livekit-client did by default before 2.23, retold: ten attempts, the first at once, the second after exactly
// 300 ms, each later one after the table's delay and up to a second more. Later versions jitter every attempt.
const DELAYS_MS = [0, 300, 1200, 2700, 4800, 7000, 7000, 7000, 7000, 7000];

export function liveKitsFormer(random = Math.random) {
  return {
    nextRetryDelayInMs({ retryCount }) {
      const delay = DELAYS_MS[retryCount];
      if (delay === undefined) return null;
      return retryCount < 2 ? delay : delay + random() * 1000;
    },
  };
}
