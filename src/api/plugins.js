// The plugins of a room: calls them when the engine says so and tells it what came of that. Deadlines, events and logs
// are the engine's business. Whatever a plugin throws or leaves pending stays in here.
import { scrub, write } from './logging.js';

/** Longer work before the first `await` is told: it holds up the page. */
const LONG_MS = 50;

const reasonOf = (error) => {
  try {
    return scrub(String(error?.message ?? error ?? '')) || 'it failed';
  } catch {
    // No text can be made of it.
    return 'it failed';
  }
};

export class Plugins {
  #plugins;
  #loaded;
  #begun = new Map();

  /** `loaded(index, load, reason?)` hears what a load came to. */
  constructor(plugins, loaded) {
    this.#plugins = [...plugins];
    this.#loaded = loaded;
  }

  load(index, load, { url, token }) {
    const plugin = this.#plugins[index];
    const controller = new AbortController();
    this.#begun.set(index, controller);
    const settled = (reason) => this.#begun.get(index) === controller && this.#loaded(index, load, reason);
    const begun = performance.now();
    try {
      Promise.resolve(plugin.onLoad({ url, token, signal: controller.signal })).then(
        () => settled(),
        (error) => settled(reasonOf(error)),
      );
    } catch (error) {
      // Not within the call: the engine is told afterwards.
      Promise.resolve().then(() => settled(reasonOf(error)));
    }
    const ms = Math.round(performance.now() - begun);
    if (ms > LONG_MS) write('info', `plugin ${plugin.name} held up the page for ${ms} ms`);
  }

  abort(index) {
    this.#begun.get(index)?.abort();
  }

  dispose(index) {
    this.abort(index);
    this.#begun.delete(index);
    const report = (error) => write('debug', `plugin ${this.#plugins[index].name} failed to be disposed of: ${reasonOf(error)}`);
    try {
      Promise.resolve(this.#plugins[index].dispose?.()).catch(report);
    } catch (error) {
      report(error);
    }
  }
}
