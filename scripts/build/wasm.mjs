// Reads and writes the bytes of a WebAssembly module: sections, numbers, texts.

export const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, start: 8, elements: 9, code: 10 };

/** The module again, with each section that `change` returns a new body for. It is called with the number and the body. */
export function rewrite(wasm, change) {
  const sections = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (reader.more()) {
    const id = reader.byte();
    const body = reader.bytes(reader.number());
    const made = change(id, body) ?? body;
    sections.push(Buffer.of(id), number(made.length), made);
  }
  return Buffer.concat(sections);
}

/** LEB128, as all numbers that are not negative. */
export function number(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return Buffer.of(...bytes, value);
}

export function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

export const list = (items) => Buffer.concat([number(items.length), ...items]);

export const sized = (bytes) => Buffer.concat([number(bytes.length), bytes]);

export class Reader {
  constructor(buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  more() {
    return this.at < this.buffer.length;
  }

  byte() {
    return this.buffer[this.at++];
  }

  bytes(length) {
    return this.buffer.subarray(this.at, (this.at += length));
  }

  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** A list, each item read by `item`. */
  list(item) {
    return Array.from({ length: this.number() }, item);
  }

  text() {
    return this.bytes(this.number()).toString('utf8');
  }
}
