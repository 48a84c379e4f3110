// Turns the arguments of events into short texts that can leave the page. It holds on to nothing.

export function describe(value) {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  if ('identity' in value) return `@${value.identity}`;
  if ('trackSid' in value) return `#${value.source}`;
  if ('mediaStreamTrack' in value) return `~${value.kind}`;
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
