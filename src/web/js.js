/** Calls `heard` with what a promise resolves to, or with nothing when it is rejected. */
export function settled(promise, heard) {
  Promise.resolve(promise)
    .catch(() => undefined)
    .then(heard);
}
