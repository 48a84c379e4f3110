// Sends numbered reliable messages, one every `everyMs` or all at once, and keeps an account: which number was
// accepted (its promise resolved), which was refused and how, which is still open.

export class Numbered {
  constructor(client, topic, { everyMs = 20 } = {}) {
    Object.assign(this, { client, topic, everyMs, sent: 0, accepted: [], refused: [], open: new Set() });
  }

  one() {
    const number = this.sent;
    this.sent += 1;
    this.open.add(number);
    // A promise, also when a call throws before it returns one.
    const attempt = (async () => this.client.send(`${number} of ${this.topic}`, { topic: this.topic }))();
    const settled = attempt.then(
      () => this.accepted.push(number),
      (error) => this.refused.push({ number, error: `${error?.name}: ${error?.message}` }),
    );
    return settled.finally(() => this.open.delete(number));
  }

  /** `count` messages in one go; resolves when each has been accepted or refused. */
  async burst(count) {
    await Promise.all(Array.from({ length: count }, () => this.one()));
    return this.account();
  }

  start() {
    const { setTimeout } = census.raw;
    const step = () => {
      this.one();
      this.ticking = setTimeout(step, this.everyMs);
    };
    step();
  }

  /** Stops sending; resolves with the account when nothing is open any more, at the latest after `ms`. */
  async stop({ ms = 20_000 } = {}) {
    census.raw.clearTimeout(this.ticking);
    await this.client.until(() => this.open.size === 0, `${this.topic}: every message accepted or refused`, ms);
    return this.account();
  }

  account() {
    const { sent, accepted, refused, open } = this;
    return { sent, accepted: [...accepted].sort((a, b) => a - b), refused: [...refused], open: [...open] };
  }
}
