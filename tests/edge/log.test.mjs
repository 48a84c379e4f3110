// What is logged and where to: levels, extensions, and loggers of libraries beside livekit-client's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as livekit from 'livekit-client';
import { at } from '../../scripts/lib/paths.mjs';

test('loggers of libraries have levels and ways of their own, as with livekit-client', async () => {
  const { getLogger } = await import(at('src', 'api', 'log.js'));
  for (const from of [livekit.getLogger, getLogger]) {
    const lines = [];
    const logger = from('a-library');
    assert.equal(from('a-library'), logger);
    logger.setDefaultLevel('warn');
    const made = logger.methodFactory;
    logger.methodFactory = (method, level, name) => {
      assert.equal(typeof made(method, level, name), 'function');
      return (...args) => lines.push([method, name, ...args]);
    };
    logger.setLevel(logger.getLevel());
    logger.info('untold');
    logger.warn('told', { a: 1 });
    logger.setLevel(livekit.LogLevel.trace);
    logger.debug('told as well');
    logger.setLevel('silent');
    logger.error('untold');
    assert.deepEqual([lines, logger.getLevel()], [[['warn', 'a-library', 'told', { a: 1 }], ['debug', 'a-library', 'told as well']], 5]);
    assert.throws(() => logger.setLevel('loud'), TypeError);
  }
});

test('the log tells what is at or above its level, to extensions too, and survives one that throws', async () => {
  const { write } = await import(at('src', 'api', 'logging.js'));
  const { setLogExtension, setLogLevel } = await import(at('src', 'api', 'log.js'));
  const console = globalThis.console;
  const lines = [];
  const quiet = (text) => lines.push(String(text?.message ?? text));
  globalThis.console = { ...console, debug: quiet, info: quiet, warn: quiet, error: quiet };
  try {
    const heard = [];
    setLogExtension(() => { throw new Error('extension'); });
    setLogExtension((level, message) => heard.push([level, message]));
    write('debug', 'small');
    setLogLevel('debug');
    write('debug', 'told');
    setLogLevel(livekit.LogLevel.silent);
    write('error', 'untold');
    assert.deepEqual(heard, [[1, 'told']]);
    assert.deepEqual(lines, ['rejoin: told', 'extension']);
    for (const level of ['loud', '2', '5', [2], ['info'], 2.5, -1, 6, NaN, null, undefined, {}, 'constructor', '__proto__', '']) {
      assert.throws(() => setLogLevel(level), (error) => error instanceof TypeError && /unknown level/.test(error.message), String(level));
    }
    for (const level of [0, 'trace', 5, 'silent']) setLogLevel(level);
  } finally {
    globalThis.console = console;
  }
});

test('an extension that adds extensions is called once a line', async () => {
  const { write } = await import(at('src', 'api', 'logging.js'));
  const { setLogExtension, setLogLevel } = await import(at('src', 'api', 'log.js'));
  let calls = 0;
  setLogExtension(function add() {
    calls += 1;
    if (calls < 100) setLogExtension(add);
  });
  const { console } = globalThis;
  globalThis.console = { ...console, debug() {}, error() {} };
  try {
    setLogLevel('debug');
    write('debug', 'one line');
  } finally {
    setLogLevel('silent');
    globalThis.console = console;
  }
  assert.equal(calls, 1);
});
