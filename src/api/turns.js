// Work that must not overlap: each begins when the one before has ended, however it ended.

export class Turns {
  #last = Promise.resolve();

  next(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
