// Shows a story as a list, newest first, and announces what is added to it.
import { h } from './dom.mjs';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** `live: false` shows what there is and listens to nothing. `close()` stops listening. */
export function timeline(story, { live = true } = {}) {
  // It scrolls, so the keyboard must be able to reach it.
  const announced = live && { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' };
  const list = h('ol');
  const element = h('div', { class: 'timeline', role: 'group', 'aria-label': 'Time line of the connection', tabindex: 0, ...announced }, list);
  const row = ({ at, tone, text }) => {
    const time = h('time', { datetime: at.toISOString() }, clock.format(at));
    return h('li', { data: { tone } }, time, h('span', { class: 'event' }, text));
  };
  list.append(...story.entries.map(row).reverse());
  const listening = new AbortController();
  if (live) story.addEventListener('entry', ({ detail }) => list.prepend(row(detail)), { signal: listening.signal });
  return { element, close: () => listening.abort() };
}
