// Runs other programs: quietly, with their output kept, with a line that says that something long is under way,
// and never left behind: whatever is still running is stopped when this process ends, however it ends.
// It does not restart anything and does not interpret output.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathWith, root } from './paths.mjs';

/** A sentence for the person at the keyboard: printed without a stack trace. */
export class Failure extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const running = new Set();
const stopAll = (signal) => {
  for (const child of running) killGroup(child, signal);
};

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

process.on('exit', () => stopAll('SIGKILL'));
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => {
    stopAll('SIGTERM');
    process.exit(code);
  });
}

/**
 * Runs a program to its end and resolves with `{ code, output }`; rejects with a Failure when the code is not 0
 * (unless `allowFailure`) or after `timeoutMs` (default: none).
 * `log`: a file that gets everything; `onLine`: called with each line; `env` is added to this process's.
 */
export function run(command, args = [], options = {}) {
  const { cwd = root, env = {}, log, onLine, allowFailure = false, timeoutMs, nice = 0 } = options;
  const line = [command, ...args].join(' ');
  const [program, argv] = nice ? ['nice', ['-n', String(nice), command, ...args]] : [command, args];
  return new Promise((resolve, reject) => {
    if (log) appendFileSync(log, `\n$ ${line}\n`);
    const child = spawn(program, argv, {
      cwd,
      env: { ...process.env, PATH: pathWith(), CARGO_TERM_COLOR: 'never', NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    let timedOut = false;
    const take = (text) => {
      output += text;
      if (log) appendFileSync(log, text);
    };
    // Whole lines: what a program writes to its two streams at once would tear them apart.
    const streams = [child.stdout, child.stderr].map((stream) => {
      const last = { text: '' };
      stream.setEncoding('utf8').on('data', (chunk) => {
        const lines = (last.text + chunk).split('\n');
        last.text = lines.pop();
        if (lines.length > 0) take(`${lines.join('\n')}\n`);
        if (onLine) lines.forEach((each) => onLine(each));
      });
      return last;
    });
    const timer = timeoutMs && setTimeout(() => {
      timedOut = true;
      killGroup(child, 'SIGKILL');
    }, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      running.delete(child);
    };
    child.on('error', (error) => {
      done();
      reject(new Failure(error.code === 'ENOENT' ? `${command} is not installed` : `${line}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      done();
      for (const { text } of streams.filter(({ text }) => text)) {
        take(text);
        onLine?.(text);
      }
      if (timedOut) return reject(new Failure(`${line}: still running after ${timeoutMs / 1000} s, stopped`, output));
      if (code === 0 || allowFailure) return resolve({ code: code ?? 1, output });
      reject(new Failure(`${line}: ${signal ? `ended by ${signal}` : `exit code ${code}`}`, output));
    });
  });
}

/** Does `work` with a line before it and one after it; for long ones, one every 15 s between them. */
export async function step(title, work) {
  const begun = performance.now();
  console.log(`- ${title} ...`);
  const ticking = setInterval(() => console.log(`  ${title}: ${seconds(begun)} so far`), 15_000);
  try {
    const result = await work();
    console.log(`  ${title}: done in ${seconds(begun)}`);
    return result;
  } catch (error) {
    console.log(`  ${title}: failed after ${seconds(begun)}`);
    throw error;
  } finally {
    clearInterval(ticking);
  }
}

/** The path of a program on PATH, or null. */
export function which(program, path = pathWith()) {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

export const tail = (text, lines = 40) => text.trimEnd().split('\n').slice(-lines).join('\n');

/** Runs a command's main function; a Failure becomes its sentence and the end of the output it carries. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.output) console.error(tail(error.output));
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
