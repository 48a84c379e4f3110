// Runs node:test files one after the other, each in a process of its own with a limit, and counts what they report.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

const reporter = at('scripts', 'test', 'reporter.mjs');

export async function nodeTests(files, { log, fileWithinMs }) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-test-'));
  try {
    for (const [n, file] of files.entries()) add(total, await nodeTest(file, { log, fileWithinMs, facts: join(folder, `${n}.jsonl`) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

async function nodeTest(file, { log, fileWithinMs, facts }) {
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', `--test-reporter=${reporter}`, `--test-reporter-destination=${facts}`];
  let ended;
  try {
    ended = await run(process.execPath, [...reporters, at(file)], { log, timeoutMs: fileWithinMs, allowFailure: true, env: { NODE_TEST_CONTEXT: undefined } });
  } catch (error) {
    // The command line says nothing about the test: what it ended of is the last part.
    ended = { code: 1, output: error.output ?? '', sentence: error.message.split(': ').at(-1) };
  }
  const results = read(facts);
  const count = (what) => results.filter(({ result }) => result === what).length;
  const failures = results.filter(({ result }) => result === 'failed').map(({ name, message }) => ({ name: `${file}: ${name}`, message }));
  // A process may die, hang or fail outside its tests; and a file in which nothing ran has shown nothing.
  if (ended.code !== 0 && !failures.length) failures.push({ name: `${file}: ${ended.sentence ?? `ended with code ${ended.code}`}`, message: ended.output });
  else if (!results.length) failures.push({ name: `${file}: no test ran`, message: ended.output });
  return { passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures };
}

function read(facts) {
  try {
    return readFileSync(facts, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** Adds the counts and failures of `more` to `total`. */
export function add(total, more) {
  for (const key of ['passed', 'failed', 'skipped']) total[key] += more[key];
  total.failures.push(...more.failures);
}
