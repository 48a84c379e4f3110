// The comparison of policies in all scenarios, as `npm run docs` measured it: the tables of docs/reconnect-comparison.md.
// In a checkout without that page there is nothing to show.
import { h } from '../dom.mjs';
import { tablesOf } from './markdown.mjs';

const pages = Object.values(import.meta.glob('../../../docs/reconnect-comparison.md', { query: '?raw', import: 'default', eager: true }));

const table = ({ title, head, rows }) =>
  h(
    'div',
    { class: 'comparison-table', tabindex: 0, role: 'region', 'aria-label': title },
    h(
      'table',
      {},
      h('caption', {}, title),
      h('thead', {}, h('tr', {}, head.map((cell) => h('th', { scope: 'col' }, cell)))),
      h('tbody', {}, rows.map(([first, ...rest]) => h('tr', {}, h('th', { scope: 'row' }, first), rest.map((cell) => h('td', {}, cell))))),
    ),
  );

/** The section, or null. */
export function comparison() {
  const tables = pages.flatMap(tablesOf);
  if (!tables.length) return null;
  return h('details', { class: 'card comparison' }, h('summary', {}, 'All policies in all scenarios'), tables.map(table));
}
