// npm run soak -- 100000 [first]: so many whole lives in the simulation, from the seed `first` on (default 1001, after those
// that suite `sim` runs). A life that fails is told with its seed, its last events and the command that replays it.
import { Failure, main, run, seconds } from './lib/run.mjs';
import { rust } from './setup/rust.mjs';

const AT_ONCE = 10_000;

await main(async () => {
  const [lives = '10000', first = '1001'] = process.argv.slice(2);
  if (!/^[1-9]\d*$/.test(lives) || !/^[1-9]\d*$/.test(first)) throw new Failure('usage: npm run soak -- <lives> [first seed]');
  await rust();
  const begun = performance.now();
  const end = Number(first) + Number(lives);
  for (let from = Number(first); from < end; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, end - from);
    const args = ['test', '--locked', '--quiet', '--profile', 'sim', '--test', 'sim', 'lives::lives', '--', '--nocapture'];
    const env = { REJOIN_FROM: String(from), REJOIN_LIVES: String(count), RUST_BACKTRACE: '0' };
    const { output, code } = await run('cargo', args, { env, allowFailure: true });
    if (code) {
      // What the first failed attempts printed is less telling than what comes after it.
      console.log(output.slice(Math.max(0, output.search(/^\d+ of \d+ lives failed/m))));
      throw new Failure('a life failed');
    }
    console.log(`seeds ${from} to ${from + count - 1}: ${/^\d+ lives: .*$/m.exec(output)?.[0]} (${seconds(begun)})`);
  }
});
