// Checks every crate that is built for our targets against deny.toml, as `cargo deny check licenses bans` does, without the minutes it
// takes to build that: licences are on the list, banned crates are absent, and no crate is in the wasm twice.
// Of deny.toml it reads the lists `targets`, `allow`, `deny` and `skip` (crates that may be there twice).
import { appendFileSync, readFileSync } from 'node:fs';
import { at } from '../lib/paths.mjs';
import { Failure, run } from '../lib/run.mjs';

export async function licences({ log }) {
  const list = readFileSync(at('deny.toml'), 'utf8');
  const [targets, allow, deny, skip] = ['targets', 'allow', 'deny', 'skip'].map((key) => strings(list, key));
  const built = await Promise.all(targets.map((target) => metadata(['--filter-platform', target])));
  const all = [...new Map(built.flatMap(({ packages }) => packages).map((each) => [each.id, each])).values()];
  const inWasm = runtime(built[targets.indexOf('wasm32-unknown-unknown')]);
  const faults = [
    ...all.filter(({ license }) => !satisfied(license, new Set(allow))).map(({ name, version, license }) => `${name} ${version}: licence ${license ?? 'missing'} is not on the list of deny.toml`),
    ...all.filter(({ name }) => deny.includes(name)).map(({ name, version }) => `${name} ${version} is banned by deny.toml`),
    ...all.filter(({ source }) => source && !source.startsWith('registry+')).map(({ name, source }) => `${name} comes from ${source}: only crates from the registry are allowed`),
    ...twice(inWasm).filter(([name]) => !skip.includes(name)).map(([name, versions]) => `${name} is in the wasm in ${versions.length} versions: ${versions.join(', ')}`),
  ];
  const told = twice(all).map(([name, versions]) => `${name} ${versions.join(', ')}`);
  appendFileSync(log, `\nlicences and bans: ${all.length} crates; in more than one version: ${told.join('; ') || 'none'}\n${faults.join('\n')}\n`);
  if (faults.length) throw new Failure('licences and bans', faults.join('\n'));
}

async function metadata(args) {
  const { output } = await run('cargo', ['metadata', '--locked', '--format-version', '1', ...args]);
  return JSON.parse(output.slice(output.indexOf('{"packages"')));
}

const strings = (toml, key) => [...(toml.match(new RegExp(`^${key} = \\[([^\\]]*)\\]`, 'm'))?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, value]) => value);

// The crates reached from the root by normal dependencies, procedural macros (which run while compiling) left out.
function runtime({ packages, resolve }) {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const seen = new Set();
  const visit = (id) => {
    const isMacro = byId.get(id).targets.some(({ kind }) => kind.includes('proc-macro'));
    if (seen.has(id) || isMacro) return;
    seen.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) if (kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  visit(resolve.root);
  return [...seen].map((id) => byId.get(id));
}

function twice(packages) {
  const versions = grouped(packages);
  return [...versions].filter(([, list]) => list.length > 1).map(([name, list]) => [name, list.map(({ version }) => version)]);
}

function grouped(packages) {
  const groups = new Map();
  for (const each of packages) groups.set(each.name, [...(groups.get(each.name) ?? []), each]);
  return groups;
}

/** Whether an SPDX expression can be met with licences of the set. The old `MIT/Apache-2.0` means OR. */
export function satisfied(expression, allowed) {
  if (!expression) return false;
  const tokens = expression.replaceAll('/', ' OR ').replace(/[()]/g, ' $& ').trim().split(/\s+/);
  const either = () => {
    let value = both();
    while (tokens[0] === 'OR') {
      tokens.shift();
      const right = both();
      value ||= right;
    }
    return value;
  };
  const both = () => {
    let value = one();
    while (tokens[0] === 'AND') {
      tokens.shift();
      const right = one();
      value &&= right;
    }
    return value;
  };
  const one = () => {
    let name = tokens.shift();
    if (name === '(') {
      const value = either();
      tokens.shift();
      return value;
    }
    if (tokens[0] === 'WITH') name += ` ${tokens.splice(0, 2).join(' ')}`;
    return allowed.has(name);
  };
  return either();
}
