// Runs one storm: the engine that the package ships, on the simulation's clock, in a wasm of its own (tests/sim/lab.rs
// says what it exports). A worker is told once what to do and is ended by the page.
//
//   -> { url }                            <- { policies: [{ name, rule }] }
//   -> { url, storm: { people, ... } }    <- { atMs, arrivals, connected, figures, done } again and again
import { BAR_MS } from './outcome.mjs';

/** How much is simulated between two looks at the clock, and how often the page hears of it. */
const SLICE_MS = 500;
const TELL_EVERY_MS = 80;

// In the order in which the wasm lays them out.
const FIGURES = ['peak', 'peakArrivals', 'leastConnected', 'connected', 't50Ms', 't99Ms', 'attemptsMean', 'attemptsMost', 'lostOthers', 'gaveUp', 'firstDelayP50Ms', 'firstDelayMaxMs', 'sameMs', 'questions', 'arrivals'];

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the simulation could not be loaded: ${answer.status}`);
  const { instance } = await WebAssembly.instantiate(await answer.arrayBuffer(), {});
  return instance.exports;
}

function policies({ memory, policies_text, policies_len }) {
  // The calls first: one that makes the memory grow leaves an older `memory.buffer` empty.
  const [at, length] = [policies_text(), policies_len()];
  const text = new TextDecoder().decode(new Uint8Array(memory.buffer, at, length));
  return text.trimEnd().split('\n').map((line) => {
    const [name, rule] = line.split('\t');
    return { name, rule };
  });
}

/** Copies: the memory behind a view may move with the next call. */
function look(lab, storm, atMs, done) {
  const [bars, at] = [lab.storm_bars(storm), lab.storm_figures(storm)];
  const numbers = (at) => [...new Uint32Array(lab.memory.buffer, at, bars)];
  const figures = new Float64Array(lab.memory.buffer, at, FIGURES.length);
  return {
    atMs,
    done,
    arrivals: numbers(lab.storm_arrivals(storm)),
    connected: numbers(lab.storm_connected(storm)),
    figures: Object.fromEntries(FIGURES.map((name, i) => [name, figures[i]])),
  };
}

function run(lab, { people, room, takes, policy, luck, seconds, share, local, forgotten, downMs, weakShare, weakMs }) {
  const storm = lab.storm_new(people, room, takes, 1, policy, luck, share, local, forgotten, downMs, weakShare, weakMs);
  let told = performance.now();
  for (let atMs = SLICE_MS; atMs <= seconds * 1000; atMs += SLICE_MS) {
    lab.storm_advance(storm, SLICE_MS);
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    postMessage(look(lab, storm, atMs, false));
  }
  // One more bar: the last one asked for is complete only when the next begins.
  lab.storm_advance(storm, BAR_MS);
  postMessage(look(lab, storm, seconds * 1000, true));
}

onmessage = async ({ data: { url, storm } }) => {
  try {
    const lab = await load(url);
    if (storm) run(lab, storm);
    else postMessage({ policies: policies(lab) });
  } catch (error) {
    postMessage({ error: `${error?.message ?? error}` });
  }
};
