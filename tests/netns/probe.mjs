// Waits until a URL answers, for processes that stand in another network: exit code 0 when it did, 1 when it did not.
const [url] = process.argv.slice(2);
const until = performance.now() + 20_000;
while (performance.now() < until) {
  try {
    if ((await fetch(url, { signal: AbortSignal.timeout(1000) })).ok) process.exit(0);
  } catch {
    // Not yet.
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
process.exit(1);
