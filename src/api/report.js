// Where errors go that nobody awaits: to the host, as if nothing had caught them. The work around them goes on.

export function report(error) {
  // Called from within the engine, which nothing may throw through; and an app may have put its own in the place of both.
  try {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  } catch {}
}
