// The form: how many, how strong the server is, what happens, which policies. It starts nothing itself: `onchange` gets
// every setting that makes sense.
import { h, setText } from '../dom.mjs';
import { bounded, faultNamed, FAULTS, NUMBERS, slug } from './setting.mjs';

const CROWDS = [65, 650, 2_000, 10_000];

export function controls({ setting, policies, onchange }) {
  const number = (name, label, hint) => {
    const { least, most } = NUMBERS[name];
    const input = h('input', { id: `storm-${name}`, name, type: 'number', inputmode: 'numeric', min: least, max: most, step: 1, required: true, 'aria-describedby': `storm-${name}-hint` });
    return { input, element: h('div', { class: 'field' }, h('label', { for: `storm-${name}` }, label), input, h('p', { id: `storm-${name}-hint`, class: 'caption' }, hint)) };
  };
  const fields = {
    people: number('people', 'People', 'connected when it happens'),
    takes: number('takes', 'The server takes', 'calls a second, then it drowns'),
    room: number('room', 'People in a room', 'what each client knows of the crowd'),
    seconds: number('seconds', 'Watch for', 'seconds'),
    luck: number('luck', 'Luck', 'the same number gives the same storm'),
  };
  const fault = h('select', { id: 'storm-fault', name: 'fault', 'aria-describedby': 'storm-fault-hint' }, FAULTS.map(({ name, title }) => h('option', { value: name }, title)));
  const faultHint = h('p', { id: 'storm-fault-hint', class: 'caption' });
  const boxes = policies.map(({ name, rule }) => {
    const input = h('input', { type: 'checkbox', name: 'policy', value: slug(name) });
    return { input, element: h('label', { class: 'choice', title: rule }, input, name) };
  });
  const crowds = CROWDS.map((people) => h('button', { class: 'button small', type: 'button', onclick: () => choose({ people, room: people }) }, people.toLocaleString('en')));

  const form = h(
    'form',
    { class: 'storm-form', 'aria-label': 'The storm', onsubmit: (event) => event.preventDefault(), onchange: changed },
    h('div', { class: 'field' }, h('label', { for: 'storm-fault' }, 'What happens'), fault, faultHint),
    h('div', { class: 'crowd' }, fields.people.element, h('div', { class: 'crowds', role: 'group', 'aria-label': 'People: common sizes' }, crowds)),
    fields.takes.element,
    h('fieldset', { class: 'choices' }, h('legend', {}, 'Who decides when to call back'), boxes.map((box) => box.element)),
    h('details', { class: 'finer' }, h('summary', {}, 'More'), h('div', { class: 'finer-fields' }, fields.room.element, fields.seconds.element, fields.luck.element)),
    h('button', { class: 'button small', type: 'button', onclick: () => choose({ luck: (current.luck % NUMBERS.luck.most) + 1 }) }, 'Again, with other luck'),
  );
  // On a phone the results come first: the form is folded up.
  const element = h('details', { class: 'card storm-fold', open: matchMedia('(min-width: 1001px)').matches }, h('summary', {}, 'Change the storm'), form);

  let current = setting;

  function show(wanted) {
    current = wanted;
    for (const [name, { input }] of Object.entries(fields)) input.value = wanted[name];
    fault.value = wanted.fault;
    setText(faultHint, faultNamed(wanted.fault).hint);
    for (const { input } of boxes) input.checked = wanted.policies.includes(input.value);
  }

  function choose(change) {
    const wanted = { ...current, ...change };
    show({ ...wanted, room: Math.min(wanted.room, wanted.people) });
    onchange(current);
  }

  function changed(event) {
    const chosen = boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
    // Without any there is nothing to show: the last one stays.
    if (!chosen.length) event.target.checked = true;
    const numbers = Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, bounded(name, input.value)]));
    // Everybody in one room stays everybody in one room.
    if (event.target === fields.people.input && current.room === current.people) numbers.room = numbers.people;
    choose({ ...numbers, fault: fault.value, policies: chosen.length ? chosen : current.policies });
  }

  show(setting);
  return { element, show };
}
