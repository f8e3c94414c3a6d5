// A WebAssembly module of which one exported function always traps: there is no input that makes the engine do it.

/** A copy of `bytes` in which the body of the exported function `name` is `unreachable`. */
export function trapping(bytes, name) {
  const copy = Uint8Array.from(bytes);
  const sections = new Map(sectionsOf(copy));
  const imported = importedFunctions(reader(copy, sections.get(2)));
  const index = exportedFunction(reader(copy, sections.get(7)), name) - imported;
  const code = reader(copy, sections.get(10));
  code.number();
  for (let i = 0; i < index; i += 1) code.skip(code.number());
  const size = code.number();
  // No locals, `unreachable`, as many `nop` as there is room for, `end`.
  copy.fill(0x01, code.at, code.at + size);
  copy.set([0x00, 0x00], code.at);
  copy[code.at + size - 1] = 0x0b;
  return copy;
}

function* sectionsOf(bytes) {
  const read = reader(bytes, 8);
  while (read.at < bytes.length) {
    const id = read.byte();
    const size = read.number();
    yield [id, read.at];
    read.skip(size);
  }
}

function importedFunctions(read) {
  let functions = 0;
  for (let left = read.number(); left > 0; left -= 1) {
    read.text();
    read.text();
    const kind = read.byte();
    if (kind !== 0) throw new Error('the module imports something else than functions');
    read.number();
    functions += 1;
  }
  return functions;
}

function exportedFunction(read, name) {
  for (let left = read.number(); left > 0; left -= 1) {
    const found = read.text();
    const kind = read.byte();
    const index = read.number();
    if (kind === 0 && found === name) return index;
  }
  throw new Error(`the module exports no function ${name}`);
}

function reader(bytes, at) {
  return {
    at,
    byte() {
      return bytes[this.at++];
    },
    /** An unsigned number in LEB128. */
    number() {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = this.byte();
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
    },
    text() {
      const length = this.number();
      const text = new TextDecoder().decode(bytes.subarray(this.at, this.at + length));
      this.skip(length);
      return text;
    },
    skip(count) {
      this.at += count;
    },
  };
}
