// Reads what libtest prints, natively and under wasm-bindgen's runner. It runs nothing itself.

/** `{ passed, failed, skipped, failures }` of the output of `cargo test`, with each failed test's own words. */
export function readTests(output) {
  const result = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    result.passed += Number(passed);
    result.failed += Number(failed);
    result.skipped += Number(ignored);
  }
  for (const [, name] of output.matchAll(/^test (.+?) \.\.\. (?:FAILED|FAIL)$/gm)) {
    result.failures.push({ name, message: wordsOf(name, output) });
  }
  return result;
}

// libtest prints `---- name stdout ----`, wasm-bindgen's runner `---- name output ----`, both up to the next such line.
function wordsOf(name, output) {
  const begin = output.search(new RegExp(`^---- ${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} (?:stdout|output) ----$`, 'm'));
  if (begin < 0) return '';
  const rest = output.slice(begin).split('\n').slice(1).join('\n');
  const end = rest.search(/^(?:---- |failures:)/m);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}
