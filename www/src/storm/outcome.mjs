// What a storm comes to, in figures that the charts need and in sentences that anybody understands. Pure.

/** The simulation counts in bars of this width. */
export const BAR_MS = 100;
const PER_SECOND = 1000 / BAR_MS;

/** Calls within the second before each bar's end: what a server that takes so many a second is up against. */
export function perSecond(arrivals) {
  let sum = 0;
  return arrivals.map((count, i) => (sum += count - (i >= PER_SECOND ? arrivals[i - PER_SECOND] : 0)));
}

/** What the server takes in a second, at each bar. */
export function capacityOverTime(takes, { weakShare, weakMs, downMs }, bars) {
  return Array.from({ length: bars }, (_, i) => {
    const at = i * BAR_MS;
    if (at < downMs) return 0;
    return at < weakMs ? takes * weakShare : takes;
  });
}

/** From when on all were connected and stayed so, ms; null when they were not, at the end. */
export function allBackMs(connected, people) {
  if (connected.at(-1) !== people) return null;
  return (connected.findLastIndex((count) => count < people) + 1) * BAR_MS;
}

const count = (n) => n.toLocaleString('en');
export const seconds = (ms) => `${ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;

/**
 * How a `run` (`{ name, people, dropped, seconds, connected, figures }`, complete) ends, without a subject: `short` for
 * the headline, `text` for its row. `tone`: good is that everybody who was dropped is back and nobody else was lost.
 */
export function verdict({ people, dropped, seconds: watched, connected, figures }) {
  const back = allBackMs(connected, people);
  const left = connected.at(-1) ?? people;
  const { leastConnected: least, lostOthers: others } = figures;
  const end = back === null ? `${count(people - left)} of ${count(people)} are still missing after ${watched} s` : `everyone is back after ${seconds(back)}`;
  if (figures.gaveUp > people / 2) {
    const text = `${count(figures.gaveUp)} of ${count(people)} gave up for good`;
    return { tone: 'bad', short: text, text: `${text}, ${count(left)} are connected after ${watched} s` };
  }
  // Of those whom the fault spared, fewer than half stayed.
  if (others > 0 && least < (people - dropped) / 2) {
    const few = least === 0 ? 'nobody is' : `only ${count(least)} of ${count(people)} are`;
    return { tone: 'bad', short: least === 0 ? `none of ${count(people)} left` : `${count(least)} of ${count(people)} left`, text: `${few} left at the worst moment; ${end}` };
  }
  if (others > 0) return { tone: 'warn', short: `takes ${count(others)} others down with it`, text: `${end}, but ${count(others)} others were lost on the way` };
  const spared = dropped < people ? 'nobody else is lost, ' : '';
  const short = back === null ? `${spared}${count(left)} of ${count(people)} are back after ${watched} s` : `${spared}everyone back in ${seconds(back)}`;
  return { tone: back === null ? 'warn' : 'good', short, text: `${spared}${end}` };
}

/** One or two clauses that say it all: the first of the others, then Rejoin. */
export function headline(runs) {
  const ours = runs.find(({ name }) => name === 'Rejoin');
  const theirs = runs.find((run) => run !== ours);
  return [theirs, ours].filter(Boolean).map((run) => ({ name: run.name, ...verdict(run) }));
}

/** What only the figures tell, when everybody came back: how hard the server was hit on the way. */
export function footnote({ figures, people }) {
  const facts = [];
  if (figures.lostOthers > 0) facts.push(`${count(figures.lostOthers)} who had not been touched were lost too.`);
  if (figures.gaveUp > 0) facts.push(figures.gaveUp === people ? 'All gave up for good.' : `${count(figures.gaveUp)} gave up for good.`);
  if (figures.peak > 1.005) facts.push(`At the worst, ${figures.peak.toFixed(1)} times as many calls as the server takes.`);
  return facts.join(' ') || 'The server was never asked for more than it takes.';
}

const time = (ms, run) => (ms < 0 ? `not in ${run.seconds} s` : seconds(ms));

/** The exact figures: `[name, value, tone?]`. */
export function figureRows(run) {
  const { figures, people } = run;
  const over = figures.peak > 1.005;
  return [
    ['Busiest second', `${count(figures.peakArrivals)} calls, ${figures.peak.toFixed(figures.peak < 10 ? 2 : 1)} × limit`, over ? 'bad' : 'good'],
    ['Fewest connected', `${count(figures.leastConnected)} of ${count(people)}`],
    ['Half are back after', time(figures.t50Ms, run), figures.t50Ms < 0 ? 'bad' : undefined],
    ['99 % are back after', time(figures.t99Ms, run), figures.t99Ms < 0 ? 'bad' : undefined],
    ['Calls for each one lost', `${figures.attemptsMean.toFixed(2)} (most: ${count(figures.attemptsMost)})`],
    ['Lost though untouched', count(figures.lostOthers), figures.lostOthers > 0 ? 'bad' : undefined],
    ['Gave up for good', count(figures.gaveUp), figures.gaveUp > 0 ? 'bad' : undefined],
  ];
}

/** What is seen at one bar. */
export function momentOf({ arrivals, rate, connected, people }, bar) {
  if (!(bar < connected.length)) return '';
  return `${count(connected[bar])} of ${count(people)} connected · ${count(rate[bar] ?? 0)} calls within a second, ${count(arrivals[bar] ?? 0)} within ${BAR_MS} ms`;
}
