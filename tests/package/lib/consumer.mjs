// A project of somebody else: the packed tarball, installed in a folder outside this repository. What it is built with
// (tsc, vite, esbuild) is this workspace's.
//
//   const consumer = await makeConsumer();
//   consumer.write('main.js', "import init from 'rejoin'; await init();");
//   await consumer.node('main.js');
//   consumer.remove();
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { at } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/run.mjs';

/** Packs pkg/ into `folder`; resolves with the tarball's path and the paths of the files in it. */
export async function pack(folder) {
  const { output } = await run('npm', ['pack', at('pkg'), '--json', '--pack-destination', folder, '--loglevel=error']);
  const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m)));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

export async function makeConsumer() {
  // Without symbolic links in its path: Vite compares paths of files it may serve.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rejoin-consumer-')));
  const path = (...parts) => join(folder, ...parts);
  const consumer = {
    folder,
    path,
    write(name, text) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    },
    copy(from, name) {
      cpSync(from, path(name));
    },
    /** Runs a module of the consumer with this Node; resolves with what it printed. */
    node: async (...args) => (await run(process.execPath, args, { cwd: folder, timeoutMs: 60_000 })).output,
    /** Runs one of the workspace's programs in the consumer. */
    tool: (name, args) => run(at('node_modules', '.bin', name), args, { cwd: folder, timeoutMs: 180_000 }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  try {
    const { tarball } = await pack(folder);
    consumer.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    await run('npm', ['install', tarball, '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], { cwd: folder, timeoutMs: 120_000 });
    return consumer;
  } catch (error) {
    consumer.remove();
    throw error;
  }
}
