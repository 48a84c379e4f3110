// The host's own `fetch`, as src/web/fetch.rs uses it.

/**
 * Reads piece by piece, so that a body without an end is not taken in before it is refused. The page that comes with an
 * error may be as long as it likes: the status counts, and the beginning is enough.
 */
async function text(body, most, refuse) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const reader = body.getReader();
  let read = '';
  for (let left = most; ; ) {
    const { done, value } = await reader.read();
    if (done !== false) return read + decoder.decode();
    read += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
    if (left < 0) {
      reader.cancel().catch(() => undefined);
      if (refuse) throw new RangeError('the body is too large');
      return read;
    }
  }
}

async function answer(url, bearer, signal, most) {
  // workerd knows no redirect 'error', and no cache before its version of 2024-11-11; jsdom has no Request.
  const init = { redirect: 'manual', signal };
  if ('cache' in (globalThis.Request ?? Object).prototype) init.cache = 'no-store';
  if (bearer) init.headers = { Authorization: `Bearer ${bearer}` };
  const { status, headers, body } = await fetch(url, init);
  // A redirect could carry the token to a host that nobody named. Browsers hide where it leads, and that it is one.
  if (status < 200 || (status >= 300 && status < 400)) throw new TypeError('redirected');
  const said = body ? await text(body, most, status < 400) : '';
  return { status, retryAfter: headers?.get('retry-after'), cacheControl: headers?.get('cache-control'), body: said };
}

/** Calls `done` once, later, with the answer or without one. Returns what ends it before that. */
export function get(url, bearer, timeoutMs, most, done) {
  const controller = globalThis.AbortController && new AbortController();
  let open = true;
  const end = () => {
    const was = open;
    open = false;
    clearTimeout(timer);
    return was;
  };
  const tell = (answer) => end() && done(answer);
  const abort = () => controller?.abort();
  const timer = setTimeout(() => {
    abort();
    tell();
  }, timeoutMs);
  answer(url, bearer, controller?.signal, most).then(tell, () => tell());
  return () => {
    if (end()) abort();
  };
}
