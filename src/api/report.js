// Where errors go that nobody awaits: to the host, as if nothing had caught them. The work around them goes on.

export function report(error) {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
