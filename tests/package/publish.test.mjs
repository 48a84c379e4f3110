// The tarball that `npm publish` would send: what is in it, and whether tools that read packages can read it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { at } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { pack } from './lib/consumer.mjs';

describe('the packed package', () => {
  let folder;
  let packed;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rejoin-pack-'));
    packed = await pack(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('has one wasm, a licence and a readme, and nothing of the build', () => {
    assert.deepEqual(packed.files.filter((path) => path.endsWith('.wasm')), ['dist/rejoin.wasm']);
    for (const path of ['LICENSE', 'README.md', 'package.json']) assert.ok(packed.files.includes(path), `${path} is missing`);
    const strange = packed.files.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts|wasm)$/.test(path));
    assert.deepEqual(strange, []);
  });

  test('every path that package.json exports is there', () => {
    const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
    const { exports, types } = JSON.parse(readFileSync(at('pkg', 'package.json'), 'utf8'));
    const missing = [types, ...targets(exports)].filter((path) => !packed.files.includes(path.replace('./', '')));
    assert.deepEqual(missing, []);
  });

  test('the wasm asks its host for nothing but what the loader hands over', () => {
    const wasm = new WebAssembly.Module(readFileSync(at('pkg', 'dist', 'rejoin.wasm')));
    const modules = new Set(WebAssembly.Module.imports(wasm).map(({ module }) => module));
    assert.deepEqual([...modules], ['rejoin']);
  });

  test('publint finds nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: at('pkg'), level: 'suggestion', strict: true });
    assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
  });

  test('types are found by every way of resolving ES modules', async () => {
    const args = [packed.tarball, '--profile', 'esm-only', '--exclude-entrypoints', './rejoin.wasm', './package.json', '--no-emoji', '--no-color'];
    await run(at('node_modules', '.bin', 'attw'), args, { timeoutMs: 120_000 });
  });
});
