// The types of the packed package, as an app's compiler reads them: strictly, and with the package's own files checked.
import { after, before, describe, test } from 'node:test';
import { at } from '../../scripts/lib/paths.mjs';
import { makeConsumer } from './lib/consumer.mjs';

const strict = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  types: [],
};
const RESOLUTIONS = [
  { module: 'ESNext', moduleResolution: 'bundler' },
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
];

describe('an app in TypeScript', () => {
  let consumer;
  before(async () => {
    consumer = await makeConsumer();
    for (const name of ['room.ts', 'ours.ts', 'processors.ts']) consumer.copy(at('tests', 'package', 'consumer', name), name);
  });
  after(() => consumer?.remove());

  const compile = async (files, options) => {
    consumer.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
    try {
      await consumer.tool('tsc', ['-p', '.']);
    } catch (error) {
      throw new Error(error.output);
    }
  };

  for (const options of RESOLUTIONS) {
    test(`written for livekit-client compiles against rejoin (${options.moduleResolution})`, () => compile(['room.ts'], options));
    test(`that uses what is ours compiles, and its mistakes do not (${options.moduleResolution})`, () => compile(['ours.ts'], options));
  }

  test('all that the package exports has a type', async () => {
    const names = Object.keys(await import(at('pkg', 'dist', 'inline.js'))).filter((name) => name !== 'default');
    consumer.write('names.ts', `import { ${names.join(', ')} } from 'rejoin';\nexport const all: unknown[] = [${names.join(', ')}];\n`);
    await compile(['names.ts'], RESOLUTIONS[0]);
  });

  // Packages of processors (a blurred background, less noise) are typed for livekit-client.
  test('processors typed for livekit-client fit rejoin', () =>
    compile(['processors.ts'], { ...RESOLUTIONS[0], skipLibCheck: true, paths: { 'livekit-client': [at('node_modules', 'livekit-client', 'dist', 'src', 'index.d.ts')] } }));

  // Its own types do not hold under the two strictest options.
  test('the same app compiles against livekit-client', () =>
    compile(['room.ts'], { ...RESOLUTIONS[0], skipLibCheck: true, exactOptionalPropertyTypes: false, paths: { rejoin: [at('node_modules', 'livekit-client', 'dist', 'src', 'index.d.ts')] } }));
});
