// npm run docs [-- name...]: writes those pages of docs/ that are made from something else: each `scripts/docs/<name>.mjs`
// exports `write()`, which resolves with the path of what it wrote. It does not touch pages that people write.
import { readdirSync } from 'node:fs';
import { at } from './lib/paths.mjs';
import { Failure, main } from './lib/run.mjs';

const names = readdirSync(at('scripts', 'docs')).filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -'.mjs'.length)).sort();

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown) throw new Failure(`there is no page "${unknown}": ${names.join(', ')}`);
  for (const name of asked.length ? asked : names) {
    const { write } = await import(`./docs/${name}.mjs`);
    console.log(await write());
  }
});
