// As much Markdown as a page of tables needs: headings and tables. Pure.

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.replace(/\*\*|`/g, '').trim());
const isRule = (line) => /^\|?[\s:|-]+\|[\s:|-]*$/.test(line ?? '');

/** `[{ title, head, rows }]` of a Markdown text: its tables, each with the heading above it. */
export function tablesOf(markdown) {
  const lines = markdown.split('\n');
  const tables = [];
  let title = '';
  for (let i = 0; i < lines.length; i += 1) {
    if (lines[i].startsWith('#')) title = lines[i].replace(/^#+\s*/, '').replace(/\*\*|`/g, '');
    if (!lines[i].includes('|') || !isRule(lines[i + 1])) continue;
    const rows = [];
    for (i += 2; i < lines.length && lines[i].includes('|'); i += 1) rows.push(cells(lines[i]));
    tables.push({ title, head: cells(lines[i - rows.length - 2]), rows });
  }
  return tables;
}
