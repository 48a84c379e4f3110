// npm test [-- suite...]: sets up what the suites need, runs them, and says what came of it.
//
//   npm test                      every suite that has tests
//   npm test -- native package    these
//   npm test -- --dev browser     with a quick build of the package instead of the published one
//
// One line a suite, the ends of failures below it, everything else in target/test-logs/. The last line is
// `N passed, N failed, N skipped`. A suite that could not run is a failure, and so is one in which no test ran. In the end
// all that was printed is searched for tokens.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Failure, main, seconds, tail } from './lib/run.mjs';
import { logs, suites } from './test/suites.mjs';
import { searched } from './test/tokens.mjs';

const began = performance.now();

function choose(args) {
  const dev = args.includes('--dev');
  const names = args.filter((name) => name !== '--dev');
  const unknown = names.find((name) => !suites[name]);
  if (unknown) throw new Failure(`there is no suite "${unknown}": ${Object.keys(suites).join(', ')}`);
  const empty = names.find((name) => !suites[name].exists());
  if (empty) throw new Failure(`suite "${empty}" has no tests yet: it runs ${suites[empty].place}`);
  const chosen = names.length ? names : Object.keys(suites).filter((name) => suites[name].exists());
  return { dev, chosen: [...new Set(chosen)] };
}

/** What a suite came to when it could not be run to its end. */
const broken = (error) => ({ passed: 0, failed: 1, skipped: 0, failures: [{ name: error.message, message: error.output ?? error.stack ?? '' }] });

async function runSuite(name, prepared) {
  const begun = performance.now();
  const log = logs(`${name}.log`);
  writeFileSync(log, '');
  let result;
  try {
    await prepared;
    result = await suites[name].run({ log });
    if (result.passed + result.failed === 0) throw new Failure('no test ran');
  } catch (error) {
    result = broken(error);
  }
  report(name, result, seconds(begun), log);
  return result;
}

function report(name, { passed, failed, skipped, failures }, time, log) {
  const word = failed ? 'FAILED' : 'ok';
  console.log(`${name.padEnd(8)} ${word.padEnd(7)} ${passed} passed, ${failed} failed, ${skipped} skipped  (${time})`);
  for (const failure of failures) {
    console.log(`    ${failure.name}`);
    if (failure.message) console.log(tail(failure.message, 25).replace(/^/gm, '      '));
  }
  if (failed) console.log(`    everything it printed: ${log}`);
}

await main(async () => {
  const { dev, chosen } = choose(process.argv.slice(2));
  rmSync(logs(), { recursive: true, force: true });
  mkdirSync(logs(), { recursive: true });
  // While cargo tests natively, the other suites' tools and the package are made; then they run one after the other,
  // because those tests measure out connections and a busy machine would disturb them.
  const prepared = prepare(chosen.filter((name) => name !== 'native'), dev);
  const results = [];
  if (chosen.includes('native')) results.push(await runSuite('native', suites.native.prepare({ dev })));
  await prepared.settled;
  for (const name of chosen.filter((each) => each !== 'native')) results.push(await runSuite(name, prepared[name]));
  results.push(searched(logs()));
  report('tokens', results.at(-1), seconds(began), logs());
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`all of it took ${seconds(began)}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') ? 1 : 0;
});

// One after the other: the tools of two suites overlap, and the second finds what the first has made.
function prepare(names, dev) {
  const prepared = {};
  let last = Promise.resolve();
  for (const name of names) {
    prepared[name] = last.then(() => suites[name].prepare({ dev }));
    last = prepared[name].catch(() => {});
  }
  prepared.settled = last;
  return prepared;
}
