/** A promise of the gzipped bytes; nothing where the host has no compressor. */
export function compress(bytes) {
  try {
    // `bytes` is a view of the module's memory, which may grow: copied before it is read.
    const source = new Response(bytes.slice()).body;
    return new Response(source.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  } catch {
    return undefined;
  }
}
