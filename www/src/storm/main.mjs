// The storm lab: choose a crowd, a server and a fault, and see side by side what reconnect policies make of it. The
// simulation runs in workers (runs.mjs); the address always names the setting that is shown (setting.mjs).
//
// For tests and for the curious: `window.stormLab` is `{ setting, runs, done }`: what is shown, the latest state of each
// run by policy name, and whether all are complete.
import { h, setText } from '../dom.mjs';
import { icon } from '../icons.mjs';
import { roundUp } from './chart.mjs';
import { comparison } from './comparison.mjs';
import { controls } from './controls.mjs';
import { BAR_MS, capacityOverTime, headline } from './outcome.mjs';
import { Row } from './row.mjs';
import { knownPolicies, Runs } from './runs.mjs';
import { factsOf, faultNamed, readSetting, slug, writeSetting } from './setting.mjs';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/storm.css';
import '../styles/storm-results.css';

const app = document.getElementById('app');

function lab(policies) {
  const known = policies.map(({ name }) => slug(name));
  const simulation = new Runs();
  const limits = { seconds: 60, people: 1, calls: 1 };
  const title = h('h1', { id: 'headline' });
  const story = h('p', { class: 'lead' });
  const rows = h('div', { class: 'storm-rows', role: 'region', 'aria-label': 'Results' });
  const slider = h('input', { id: 'moment', type: 'range', min: 0, step: 1, oninput: () => point(Number(slider.value)) });
  // No live region: the slider itself says its value.
  const clock = h('span', { class: 'clock' });
  const told = h('p', { class: 'visually-hidden', role: 'status' });
  let shown = new Map();
  let capacity = [];

  function begin(setting, { write = true } = {}) {
    if (write) history.replaceState(null, '', `#${writeSetting(setting)}`);
    window.stormLab = { setting, runs: {}, done: false };
    const bars = (setting.seconds * 1000) / BAR_MS;
    capacity = capacityOverTime(setting.takes, factsOf(setting.fault), bars);
    Object.assign(limits, { seconds: setting.seconds, people: setting.people, calls: roundUp(setting.takes * 1.5) });
    for (const row of shown.values()) row.close();
    const chosen = policies.flatMap((policy, index) => (setting.policies.includes(slug(policy.name)) ? [{ ...policy, index }] : []));
    shown = new Map(chosen.map((policy) => [policy.name, new Row(policy, { limits, onmoment: (bar) => pointAt(policy.name, bar) })]));
    rows.replaceChildren(...[...shown.values()].map(({ element }) => element));
    slider.max = bars - 1;
    point(bars - 1);
    say(setting, []);
    simulation.start(setting, chosen, (run) => progress(setting, run));
  }

  function progress(setting, run) {
    const { runs } = window.stormLab;
    runs[run.name] = run;
    const most = roundUp(Math.max(limits.calls, ...(run.rate ?? [])));
    if (most > limits.calls) {
      limits.calls = most;
      for (const row of shown.values()) row.renew();
    }
    shown.get(run.name).show(run, capacity);
    const all = Object.values(runs);
    const over = all.length === shown.size && all.every(({ done, error }) => done || error);
    if (!over) return;
    window.stormLab.done = true;
    say(setting, [...shown.keys()].map((name) => runs[name]).filter(({ done }) => done));
  }

  /** The sentence on top: what happened, and as soon as it is known, what became of it. */
  function say(setting, runs) {
    const crowd = `${setting.people.toLocaleString('en')} people`;
    const clauses = headline(runs).map(({ name, tone, short }) => h('span', { class: 'clause' }, `${name}: `, h('em', { data: { tone } }, `${short}.`)));
    title.replaceChildren(...(clauses.length ? clauses : [h('span', { class: 'clause' }, `${crowd} ${faultNamed(setting.fault).short} …`)]));
    setText(story, `${crowd} ${faultNamed(setting.fault).short}. Everybody’s app calls back by itself. If all call at once, a server that takes ${setting.takes.toLocaleString('en')} calls a second drowns in calls, and loses even those it still had.`);
    setText(told, clauses.map(({ textContent }) => textContent).join(' '));
  }

  function point(bar) {
    slider.value = bar;
    for (const row of shown.values()) row.point(bar);
    tellTime(bar);
  }

  /** The pointer is over one chart: the others follow. */
  function pointAt(name, bar) {
    if (bar === null || bar === Number(slider.value)) return;
    slider.value = bar;
    for (const [each, row] of shown) row.point(bar, { fromPointer: each === name });
    tellTime(bar);
  }

  function tellTime(bar) {
    const text = `${(((Number(bar) + 1) * BAR_MS) / 1000).toFixed(1)} s after it happened`;
    setText(clock, text);
    slider.setAttribute('aria-valuetext', text);
  }

  const setting = readSetting(location.hash, known);
  const form = controls({ setting, policies, onchange: (wanted) => begin(wanted) });
  addEventListener('hashchange', () => {
    const wanted = readSetting(location.hash, known);
    form.show(wanted);
    begin(wanted, { write: false });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => shown.forEach((row) => row.renew()));

  app.replaceChildren(
    h(
      'main',
      { class: 'storm' },
      h('nav', { class: 'storm-nav', 'aria-label': 'Rejoin' }, h('a', { class: 'wordmark', href: '/' }, icon('mark'), 'Rejoin'), h('span', { class: 'crumb' }, 'Storm lab')),
      h('header', { class: 'storm-head' }, title, story, told),
      form.element,
      h('div', { class: 'storm-results' }, legend(), rows, comparison(), notes()),
      h('div', { class: 'moment-bar' }, h('label', { for: 'moment' }, 'Look at a moment'), slider, clock),
    ),
  );
  begin(setting);
}

const legend = () =>
  h(
    'ul',
    { class: 'storm-legend', 'aria-label': 'What the charts show' },
    h('li', {}, h('i', { class: 'key up' }), 'connected (right)'),
    h('li', {}, h('i', { class: 'key within' }), 'calls within a second (left)'),
    h('li', {}, h('i', { class: 'key over' }), 'more than the server takes'),
    h('li', {}, h('i', { class: 'key takes' }), 'what the server takes'),
  );

const notes = () =>
  h(
    'section',
    { class: 'storm-notes', 'aria-label': 'What is simulated' },
    h('h2', {}, 'What is simulated'),
    h('p', {}, 'Every person is the engine that the package ships, compiled a second time and run on a clock of its own; only the rule that decides when to call back differs between the rows. The network takes 20 to 40 ms each way.'),
    h('p', {}, 'The server is a model. It takes so many calls in a second. When more arrive, the share that succeeds falls with the square of the excess, and those who are connected are lost the faster the busier it is. Real servers differ; the shape of the harm does not.'),
  );

try {
  lab(await knownPolicies());
} catch (error) {
  app.replaceChildren(h('p', { class: 'fatal', role: 'alert' }, `The storm lab could not be started: ${error.message}`));
}
