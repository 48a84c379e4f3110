// The one door from the JavaScript classes to the wasm instance. When the module starts it attaches its maker here;
// a class asks for its engine with `core(ROOM, ...)` and keeps what it gets. Until then it says what to call.
// A second instance (after the first one died) attaches anew: objects keep the instance they were made with.
//
// The module imports this file alone, and this file imports none: so the crate also runs without the bundle, in its tests.

// What engines there are, as in src/api/mod.rs.
export const ROOM = 0;
export const POLICY = 1;

let make;
const served = {};
// What settles the promises of commands that are not done.
const open = new Set();

/** For the module's start only. */
export function attach(maker) {
  make = maker;
}

/** The engine of one object: `kind` is one of the above. Throws what stands in its way. */
export function core(kind, ...args) {
  if (!make) throw new Error('Rejoin is not initialised: call `await init()`, the default export of "rejoin", once before this, or import "rejoin/auto"');
  const made = make(kind, 0, args);
  if (made instanceof Error) throw made;
  return made;
}

/** For the files of this folder whose functions the module calls: `write` of logging.js, `failure` of failure.js. */
export function serve(functions) {
  Object.assign(served, functions);
}

/** For the module only: settles `.promise`, with an error or without. It is kept here so that it can outlive the instance. */
export function pending() {
  let settle;
  const promise = new Promise((resolve, reject) => {
    settle = (error) => {
      open.delete(settle);
      if (error === undefined) resolve();
      else reject(error);
    };
  });
  open.add(settle);
  return Object.assign(settle, { promise });
}

/** For the module only. */
export const settle = (pending, error) => pending(error);

/**
 * For the loader only: a call trapped, so the instance cannot be trusted any more. Rejects what is open, refuses what
 * would be new, and returns the error that says so.
 */
export function died(cause) {
  write('error', `internal error: ${cause.message}`);
  const error = failure('poisoned', 'an internal error stopped this instance of the library: await `init()` again and make new objects', false, false);
  error.cause = cause;
  make = () => {
    throw error;
  };
  for (const settle of [...open]) settle(error);
  return error;
}

/** For the module only. */
export const write = (level, message) => served.write?.(level, message);

/** For the module only. */
export const failure = (...facts) => served.failure?.(...facts) ?? new Error(facts[1]);
