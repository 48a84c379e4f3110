// One storm over time, drawn by uPlot: calls in the last second as an area, red where they are more than the server
// takes (the dashed line), and who is connected as a line. It knows nothing of policies, and of the page only its colours.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { BAR_MS } from './outcome.mjs';

const CAPACITY_DASH = [5, 4];
const FONT = '11px ui-sans-serif, system-ui, sans-serif';
const NARROW = 520;

/** The colours of the theme as the canvas wants them: `light-dark()` is nothing it understands. */
function colours(element) {
  const probe = element.appendChild(document.createElement('i'));
  const resolve = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const all = { ink: resolve('--ink-2'), faint: resolve('--line'), within: resolve('--line-strong'), over: resolve('--bad'), overSoft: resolve('--over'), up: resolve('--accent') };
  probe.remove();
  return all;
}

/** Both scales have their marks at the same heights. */
const halves = (top) => [0, top / 2, top];
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/**
 * `limits` (`{ seconds, people, calls }`) are shared by the charts that are to be compared: their scales are the same.
 * `onmoment(bar)` is called with the bar under the pointer, or null.
 */
export class Chart {
  #plot = null;
  #box;
  #limits;
  #onmoment;
  #data = null;
  #watch;

  constructor(box, { limits, onmoment }) {
    this.#box = box;
    this.#limits = limits;
    this.#onmoment = onmoment;
    this.#watch = new ResizeObserver(() => this.#fit());
    this.#watch.observe(box);
  }

  /** `capacity`: what the server takes in a second, for each bar of the whole time. */
  draw({ rate, connected }, capacity) {
    this.#data = { rate, connected, capacity };
    if (this.#plot) this.#plot.setData(this.#columns());
    else this.#make();
  }

  /** Draws again from nothing: the theme or the limits have changed. */
  renew() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data) this.#make();
  }

  /** Puts the cursor there; null takes it away. */
  point(bar) {
    const left = bar === null ? -10 : this.#plot?.valToPos((bar * BAR_MS) / 1000, 'x');
    this.#plot?.setCursor({ left, top: bar === null ? -10 : 0 }, false);
  }

  close() {
    this.#watch.disconnect();
    this.#plot?.destroy();
  }

  #columns() {
    const { rate, connected, capacity } = this.#data;
    const at = (values, i) => (i < values.length ? values[i] : null);
    const times = capacity.map((_, i) => (i * BAR_MS) / 1000);
    const within = capacity.map((most, i) => (i < rate.length ? Math.min(rate[i], most) : null));
    return [times, times.map((_, i) => at(rate, i)), within, capacity, times.map((_, i) => at(connected, i))];
  }

  #size() {
    const width = Math.max(220, this.#box.clientWidth);
    return { width, height: width < NARROW ? 170 : 210 };
  }

  #fit() {
    const { width, height } = this.#size();
    if (this.#plot && (this.#plot.width !== width || this.#plot.height !== height)) this.#plot.setSize({ width, height });
  }

  #make() {
    const colour = colours(this.#box);
    const axis = (more) => ({ stroke: colour.ink, font: FONT, ticks: { show: false }, grid: { stroke: colour.faint, width: 1 }, ...more });
    const limits = this.#limits;
    const options = {
      ...this.#size(),
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: () => [0, limits.seconds] },
        calls: { range: () => [0, limits.calls] },
        people: { range: () => [0, limits.people] },
      },
      axes: [
        axis({ values: (_, values) => values.map((s) => `${s} s`), grid: { show: false }, size: 26 }),
        axis({ scale: 'calls', splits: () => halves(limits.calls), values: (_, values) => values.map((value) => compact.format(value)), size: 44 }),
        axis({ scale: 'people', side: 1, splits: () => halves(limits.people), values: (_, values) => values.map((value) => compact.format(value)), grid: { show: false }, size: 44, stroke: colour.up }),
      ],
      series: [
        {},
        { scale: 'calls', stroke: colour.over, fill: colour.overSoft, width: 1, points: { show: false } },
        { scale: 'calls', stroke: colour.within, fill: colour.within, width: 1, points: { show: false } },
        { scale: 'calls', stroke: colour.ink, width: 1, dash: CAPACITY_DASH, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) },
        { scale: 'people', stroke: colour.up, width: 2.5, points: { show: false } },
      ],
      hooks: { setCursor: [({ cursor }) => this.#onmoment(cursor.idx ?? null)] },
    };
    this.#plot = new uPlot(options, this.#columns(), this.#box);
  }
}

/** The next of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten, so that the scale moves seldom while a storm is drawn. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value);
}
