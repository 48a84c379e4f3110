// Two or more panels of which one is shown, after the ARIA pattern for tabs: one stop in the focus order, arrow keys
// between the tabs, each panel named by its tab.
import { h, setText } from './dom.mjs';

/** `panels`: `{ id, title, element, onshow?, onhide? }`; the first is shown. */
export function tabs(name, panels) {
  const parts = panels.map((panel, at) => {
    const badge = h('span', { class: 'badge', hidden: true });
    const tab = h('button', { id: `tab-${panel.id}`, class: 'tab', type: 'button', role: 'tab', 'aria-controls': `panel-${panel.id}`, onclick: () => select(at) }, panel.title, badge);
    const box = h('div', { id: `panel-${panel.id}`, class: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${panel.id}` }, panel.element);
    return { ...panel, badge, tab, box };
  });

  function select(chosen) {
    parts.forEach((part, at) => {
      const selected = at === chosen;
      part.tab.setAttribute('aria-selected', selected);
      part.tab.tabIndex = selected ? 0 : -1;
      part.box.hidden = !selected;
      if (selected) part.onshow?.();
      else part.onhide?.();
    });
  }

  const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
  function move(event) {
    const step = STEPS[event.key];
    if (!step) return;
    const from = parts.findIndex(({ tab }) => tab === document.activeElement);
    const to = (from + step + parts.length) % parts.length;
    select(to);
    parts[to].tab.focus();
    event.preventDefault();
  }

  function setBadge(id, count) {
    const { badge } = parts.find((part) => part.id === id);
    badge.hidden = count === 0;
    setText(badge, count === 0 ? '' : `${count > 99 ? '99+' : count}`);
    badge.setAttribute('aria-label', `${count} unread`);
  }

  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': name, onkeydown: move }, parts.map(({ tab }) => tab));
  const element = h('aside', { class: 'side', 'aria-label': name }, list, parts.map(({ box }) => box));
  select(0);
  return { element, setBadge };
}
