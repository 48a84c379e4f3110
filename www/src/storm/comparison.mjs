// The comparison of policies under all gates, as the repository's docs have it: whatever tables stand in the files of
// docs/ that have "storm" in their name. Of Markdown it knows headings and tables, and no more; without such a file there
// is nothing to show.
import { h } from '../dom.mjs';

const pages = Object.values(import.meta.glob('../../../docs/*storm*.md', { query: '?raw', import: 'default', eager: true }));

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.replace(/[*`]/g, '').trim());
const isRule = (line) => /^\|?[\s:|-]+\|[\s:|-]*$/.test(line ?? '');

/** `[{ title, head, rows }]` of a Markdown text: its tables, each with the heading above it. */
export function tablesOf(markdown) {
  const lines = markdown.split('\n');
  const tables = [];
  let title = '';
  for (let i = 0; i < lines.length; i += 1) {
    if (lines[i].startsWith('#')) title = lines[i].replace(/^#+\s*/, '').replace(/[*`]/g, '');
    if (!lines[i].includes('|') || !isRule(lines[i + 1])) continue;
    const rows = [];
    for (i += 2; i < lines.length && lines[i].includes('|'); i += 1) rows.push(cells(lines[i]));
    tables.push({ title, head: cells(lines[i - rows.length - 2]), rows });
  }
  return tables;
}

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
  return h('details', { class: 'card comparison' }, h('summary', {}, 'All policies, all trials: the table'), tables.map(table));
}
