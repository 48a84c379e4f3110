// One policy of the comparison: its name and rule, how the storm ends, the chart, the exact figures beside it.
import { h, setText } from '../dom.mjs';
import { Chart } from './chart.mjs';
import { figureRows, footnote, momentOf, verdict } from './outcome.mjs';

export class Row {
  #chart;
  #verdict = h('p', { class: 'verdict' }, 'waiting for its turn …');
  #footnote = h('p', { class: 'footnote' });
  #figures = h('dl', { class: 'storm-figures' });
  #moment = h('p', { class: 'moment', 'aria-live': 'off' });
  #run = null;
  #bar = null;

  constructor({ name, rule }, { limits, onmoment }) {
    const box = h('div', { class: 'chart', role: 'img', 'aria-label': `${name}: calls and connected people over time; the figures beside it tell the same` });
    this.element = h(
      'article',
      { class: 'card storm-row', 'aria-label': name, 'aria-busy': true },
      h('header', {}, h('h2', {}, name), this.#verdict, h('p', { class: 'rule' }, rule)),
      h('div', { class: 'chart-box' }, box, this.#moment),
      h('div', { class: 'numbers' }, this.#figures, this.#footnote),
    );
    this.#chart = new Chart(box, { limits, onmoment });
  }

  /** A run's state so far. */
  show(run, capacity) {
    if (run.error) {
      this.element.setAttribute('aria-busy', false);
      this.#verdict.dataset.tone = 'bad';
      return setText(this.#verdict, run.error);
    }
    this.#run = run;
    this.#chart.draw(run, capacity);
    const { tone, text } = run.done ? verdict(run) : { tone: '', text: `${run.connected.at(-1)?.toLocaleString('en') ?? ''} connected …` };
    this.#verdict.dataset.tone = tone;
    setText(this.#verdict, run.done ? `${text[0].toUpperCase()}${text.slice(1)}` : text);
    this.#figures.replaceChildren(...figureRows(run).map(([name, value, mark]) => h('div', {}, h('dt', {}, name), h('dd', { data: { tone: mark } }, value))));
    if (run.done) {
      setText(this.#footnote, footnote(run));
      this.element.setAttribute('aria-busy', false);
    }
    this.#tellMoment();
  }

  point(bar, { fromPointer = false } = {}) {
    this.#bar = bar;
    if (!fromPointer) this.#chart.point(bar);
    this.#tellMoment();
  }

  #tellMoment() {
    setText(this.#moment, this.#run && this.#bar !== null ? momentOf(this.#run, this.#bar) : '');
  }

  renew() {
    this.#chart.renew();
  }

  close() {
    this.#chart.close();
  }
}
