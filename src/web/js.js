/** What a call returns; nothing when it throws. */
export const quietly = (call) => {
  try {
    return call();
  } catch {}
};

/** Calls `heard` with what a promise resolves to, or with nothing when it is rejected. */
export function settled(promise, heard) {
  Promise.resolve(promise)
    .catch(() => undefined)
    .then(heard);
}

/** An object of values whose names stand in one text. */
export const object = (names, values) => Object.fromEntries(names.split(' ').map((name, n) => [name, values[n]]));
