// A reporter for node:test: one JSON line a test, `{ result, name, message }`. Suites (`describe`) are not counted, and
// neither is a test that failed only because one inside it did: that one is.
import { inspect } from 'node:util';

export default async function* reporter(events) {
  const path = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') path[data.nesting] = data.name;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { error } = data.details;
    if (data.details.type === 'suite' && error?.failureType !== 'hookFailed') continue;
    if (error?.failureType === 'subtestsFailed') continue;
    const optional = data.skip !== undefined || data.todo !== undefined;
    const result = optional ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const name = [...path.slice(0, data.nesting), data.name].join(' > ');
    const message = result === 'failed' ? inspect(error?.cause ?? error, { depth: 4 }) : undefined;
    yield `${JSON.stringify({ result, name, message })}\n`;
  }
}
