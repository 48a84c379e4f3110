// The storms of a setting, one worker each, a few at a time. Starting anew ends what is under way.
import wasmUrl from '../../generated/storm.wasm?url';
import { BAR_MS, perSecond } from './outcome.mjs';
import { factsOf } from './setting.mjs';

const AT_ONCE = Math.max(1, Math.min(4, (navigator.hardwareConcurrency ?? 2) - 1));
// Where the worker runs, a path without an origin means something else.
const url = new URL(wasmUrl, location.href).href;

const makeWorker = () => new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });

/** The policies that the simulation knows: `[{ name, rule }]`. */
export function knownPolicies() {
  const worker = makeWorker();
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.policies));
    worker.onerror = (event) => reject(new Error(event.message || 'the simulation did not start'));
    worker.postMessage({ url });
  }).finally(() => worker.terminate());
}

export class Runs {
  #workers = new Set();
  #waiting = [];

  /** Ends what is under way. */
  stop() {
    this.#waiting = [];
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }

  /**
   * `policies`: `[{ name, index }]`. `onprogress(run)` gets a run's state so far, whenever there is more of it:
   * `{ name, people, dropped, seconds, arrivals, rate, connected, figures, done }`, or `{ name, error }`.
   */
  start(setting, policies, onprogress) {
    this.stop();
    this.#waiting = policies.map((policy) => ({ setting, policy, onprogress }));
    for (let i = 0; i < AT_ONCE; i += 1) this.#next();
  }

  #next() {
    const task = this.#waiting.shift();
    if (!task) return;
    const { setting, policy, onprogress } = task;
    const { people, room, takes, luck, seconds, fault } = setting;
    const worker = makeWorker();
    this.#workers.add(worker);
    const over = () => {
      worker.terminate();
      if (this.#workers.delete(worker)) this.#next();
    };
    worker.onmessage = ({ data }) => {
      if (!this.#workers.has(worker)) return;
      if (data.error) onprogress({ name: policy.name, error: data.error });
      else onprogress(told(setting, policy, data));
      if (data.error || data.done) over();
    };
    worker.onerror = (event) => {
      if (!this.#workers.has(worker)) return;
      onprogress({ name: policy.name, error: event.message || 'the simulation stopped' });
      over();
    };
    worker.postMessage({ url, storm: { people, room, takes, luck, seconds, policy: policy.index, ...factsOf(fault) } });
  }
}

function told({ people, seconds, fault }, { name }, { arrivals, connected, figures, done }) {
  const bars = Math.min(connected.length, (seconds * 1000) / BAR_MS);
  const [calls, up] = [arrivals.slice(0, bars), connected.slice(0, bars)];
  const dropped = Math.round(people * factsOf(fault).share);
  return { name, people, dropped, seconds, arrivals: calls, rate: perSecond(calls), connected: up, figures, done };
}
