// docs/faults.md: the faults that a room has to survive, and the tests that show that it does. The list stands in
// faults.json beside this file; which test covers what is said by the tests themselves, in a comment directly above:
//
//     /// Fault 12: a first message that is neither join nor leave        (Rust, above #[test])
//     // Faults 31, 35: cut off at every byte                             (node:test, above test(...))
//
// It runs no test: that is what the suites are for.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { at, root } from '../lib/paths.mjs';
import { Failure } from '../lib/run.mjs';

const PAGE = at('docs', 'faults.md');
const MARKER = /^\s*\/\/\/? Faults? (\d+(?:, \d+)*): (\S.*?)\.?$/;
const COMMENT = /^\s*\/\//;
const ATTRIBUTE = /^\s*#\[/;
// The last group is the test's name. One whose name is a variable goes by what its marker says.
const TESTS = {
  rs: { is: /^\s*(?:pub )?fn (\w+)\(/, needs: /^\s*#\[test\]$/ },
  mjs: { is: /^\s*test\((?:\w+|(['"`])(.*?)\1),/ },
};

const list = () => JSON.parse(readFileSync(at('scripts', 'docs', 'faults.json'), 'utf8'));

/** Files that may hold tests. */
function sources() {
  const files = (folder) => readdirSync(at(folder), { recursive: true, withFileTypes: true });
  return ['src', 'tests']
    .flatMap(files)
    .filter((entry) => entry.isFile() && /\.(?:rs|test\.mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}

/** `[{ numbers, name, file }]` of one file. A marker that stands above no test is a mistake. */
export function markers(text, file) {
  const kind = TESTS[file.split('.').at(-1)];
  const lines = text.split('\n');
  const found = [];
  for (const [n, line] of lines.entries()) {
    const [, numbers, says] = line.match(MARKER) ?? [];
    if (!numbers) continue;
    let next = n + 1;
    let meets = !kind.needs;
    while (COMMENT.test(lines[next]) || ATTRIBUTE.test(lines[next])) {
      meets ||= kind.needs?.test(lines[next]);
      next += 1;
    }
    const match = meets && lines[next]?.match(kind.is);
    if (!match) throw new Failure(`${file}:${n + 1}: a fault is named here, but no test follows`);
    found.push({ numbers: numbers.split(', ').map(Number), name: (match.at(-1) ?? says).replace(/\$\{.*?\}/g, '…'), file });
  }
  return found;
}

const covering = () => sources().flatMap((path) => markers(readFileSync(path, 'utf8'), relative(root, path)));

const cell = (text) => text.replaceAll('|', '\\|');

function row({ number, fault, expected, later }, tests) {
  const named = tests.filter(({ numbers }) => numbers.includes(number));
  const links = named.map(({ name, file }) => `${cell(name)} ([${basename(file)}](../${file}))`);
  return `| ${number} | ${cell(fault)} | ${cell(expected)} | ${links.join('<br>') || (later ? `not yet: ${later}` : 'nothing')} |`;
}

/** Faults of the list that are to be covered and are not. */
const uncovered = (tests) => list().filter(({ number, later }) => !later && !tests.some(({ numbers }) => numbers.includes(number)));

function page(tests) {
  return [
    '# Faults that a room survives',
    '',
    'What can go wrong between a room and its server, what an app sees of it, and the tests that show it. Made by',
    '`npm run docs` from the tests themselves; `scripts/docs/faults.mjs` says how a test names the faults it covers.',
    '',
    '| # | fault | what the app sees | shown by |',
    '|---|---|---|---|',
    ...list().map((fault) => row(fault, tests)),
    '',
  ].join('\n');
}

/** Writes the page. */
export async function write() {
  writeFileSync(PAGE, page(covering()));
  return relative(root, PAGE);
}

/** Fails when a fault has no test, a test names a fault that is not in the list, or the page is not what would be written now. */
export async function check() {
  const tests = covering();
  const known = new Set(list().map(({ number }) => number));
  const missing = uncovered(tests).map(({ number, fault }) => `fault ${number} has no test: ${fault}`);
  const strange = tests.flatMap(({ numbers, file, name }) => numbers.filter((number) => !known.has(number)).map((number) => `${file}: ${name}: there is no fault ${number}`));
  const stale = existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page(tests) ? [] : ['docs/faults.md is not up to date: npm run docs'];
  const wrong = [...missing, ...strange, ...stale];
  if (wrong.length) throw new Failure('the table of faults', wrong.join('\n'));
}
