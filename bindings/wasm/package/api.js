// The API over the functions of a module: checks arguments, turns them into text, and starts the engine anew after a trap.
// `index.d.ts` says what each function does.

import { DATA_OPTIONS, REDACTION_OPTIONS } from './option-names.js';

const CSP = 'the Content Security Policy of this page forbids WebAssembly: '
  + "add 'wasm-unsafe-eval' to its script-src";

/** Whether a value is an object that JSON can write as an object or an array. */
const isPlain = (value) => typeof value === 'object' && value !== null && !(value instanceof Kept);

function text(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} is a string, not ${kindOf(value)}`);
  return value;
}

function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : `a ${typeof value}`;
}

/** JSON text of a value, with each `bigint` as the integer that it is. */
function stringify(value, name) {
  let large = false;
  const plain = JSON.stringify(value, (_, part) => {
    if (typeof part !== 'bigint') return part;
    large = true;
    return null;
  });
  if (plain === undefined) throw new TypeError(`${name} is a value of JSON, not ${kindOf(value)}`);
  if (!large) return plain;
  // a mark that no text of the value has
  let mark = 'int';
  while (plain.includes(mark)) mark += String(mark.length);
  const marked = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${mark}${part}` : part));
  return marked.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

/** What a call gave. With `integers: 'bigint'` a string behind a zero is a large integer, or a text with a zero. */
function parse(json, integers) {
  if (integers !== 'bigint' || !json.includes('\\u0000')) return JSON.parse(json);
  return JSON.parse(json, (_, value) => {
    if (typeof value !== 'string' || value[0] !== '\0') return value;
    if (value[1] === 'n') return BigInt(value.slice(2));
    return value[1] === 's' ? value.slice(2) : value;
  });
}

const pick = (options, names) =>
  Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));

/** Something that the engine keeps. Its memory ends with `free()`; after a restart of the engine it is read anew. */
class Kept {
  #engine;
  #open;
  #slot;
  #state;

  /** `open` gives the JSON of the engine that has the handle. */
  constructor(engine, open) {
    this.#engine = engine;
    this.#open = open;
    this.#slot = { handle: 0, instance: 0, engine };
    this.#read();
    forgotten.register(this, this.#slot, this);
  }

  #read() {
    const state = this.#engine.run(() => this.#open());
    this.#slot.handle = state.handle;
    this.#slot.instance = this.#engine.instances;
    this.#state = state;
  }

  /** The handle of the running engine. */
  static handle(kept) {
    if (kept.#open === undefined) throw new TypeError(`this ${kept.constructor.name} was freed`);
    if (kept.#slot.instance !== kept.#engine.instances) kept.#read();
    return kept.#slot.handle;
  }

  static state(kept) {
    Kept.handle(kept);
    return kept.#state;
  }

  get ok() {
    return Kept.state(this).ok;
  }

  get diagnostics() {
    return Kept.state(this).diagnostics;
  }

  free() {
    if (this.#open === undefined) return;
    this.#open = undefined;
    forgotten.unregister(this);
    release(this.#slot);
  }
}

// older engines lack the symbol, and the `using` that needs it
if (Symbol.dispose !== undefined) Kept.prototype[Symbol.dispose] = Kept.prototype.free;

function release({ engine, handle, instance }) {
  if (instance === engine.instances) engine.guard(() => engine.glue.close(handle));
}

const forgotten = new FinalizationRegistry(release);

/** The module of one package entry, and how often it was started. */
class Engine {
  /** `fallback` gives the source of the module that is part of the package. */
  constructor(glue, fallback) {
    this.glue = glue;
    this.fallback = fallback;
    this.instances = 0;
    this.starting = undefined;
  }

  /** Compiles a module from wherever it is. */
  async compile(source = this.fallback()) {
    try {
      return await compiled(source);
    } catch (error) {
      if (/content security policy|unsafe-eval/i.test(String(error))) throw new Error(CSP, { cause: error });
      throw error;
    }
  }

  init(source) {
    if (this.instances > 0) return Promise.resolve();
    this.starting ??= this.compile(source).then((module) => this.start(module)).finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  start(module) {
    if (this.instances > 0) return;
    this.glue.initSync({ module });
    this.instances = 1;
  }

  /** Calls a function of the module. After a trap the module is started anew. */
  guard(call) {
    if (this.instances === 0) throw new Error('the engine is not loaded: call `await init()` first');
    try {
      return call();
    } catch (error) {
      this.glue.__wbg_reset_state();
      this.instances += 1;
      throw new Error('a bug in probelang ended the call; the engine was started anew', { cause: error });
    }
  }

  /** Calls a function of the module that gives JSON. */
  run(call, integers) {
    const result = parse(this.guard(call), integers);
    if (typeof result?.misuse === 'string') throw new TypeError(result.misuse);
    return result;
  }
}

async function compiled(source) {
  const from = await source;
  if (from instanceof WebAssembly.Module) return from;
  if (from instanceof ArrayBuffer || ArrayBuffer.isView(from)) return WebAssembly.compile(from);
  const response = from instanceof Response ? from : await fetch(from);
  if (!response.ok) throw new Error(`the module cannot be loaded: ${response.url} gives ${response.status}`);
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  // a server that does not know the type of the file
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The functions and classes over the functions of a module. */
export function connect(glue, fallback) {
  const engine = new Engine(glue, fallback);

  /** Options as the module takes them; what must be freed after the call goes to `after`. */
  function written(options, after, name = 'options') {
    if (options === undefined) return {};
    if (!isPlain(options) || Array.isArray(options)) {
      throw new TypeError(`${name} are an object, not ${kindOf(options)}`);
    }
    const { variables, expressions, schema, ...rest } = options;
    const out = { ...rest };
    if (variables !== undefined) {
      out.variables = pairs(variables, 'variables').map(([key, value]) => [key, stringify(value, `variable ${key}`)]);
    }
    if (expressions !== undefined) {
      out.expressions = pairs(expressions, 'expressions').map(([key, value]) => [key, text(value, `expression ${key}`)]);
    }
    if (schema !== undefined) out.schema = known(schema, after);
    return out;
  }

  function pairs(value, name) {
    if (!isPlain(value) || Array.isArray(value)) throw new TypeError(`${name} are an object, not ${kindOf(value)}`);
    return Object.entries(value);
  }

  /** The handle of what says the names in scope. */
  function known(schema, after) {
    if (schema instanceof Schema || schema instanceof Snapshot) return Kept.handle(schema);
    const own = new Schema(schema);
    after.push(own);
    return Kept.handle(own);
  }

  /** The handle of data, and the options without those that belong to it. */
  function placed(data, options, after) {
    const { ...rest } = options ?? {};
    if (data === undefined) {
      for (const name of DATA_OPTIONS) delete rest[name];
      return rest;
    }
    if (data instanceof Snapshot) {
      const given = DATA_OPTIONS.find((name) => rest[name] !== undefined);
      if (given !== undefined) throw new TypeError(`the option ${given} belongs to the snapshot, which was read before`);
      return { ...rest, data: Kept.handle(data) };
    }
    const own = new Snapshot(data, pick(rest, [...DATA_OPTIONS, ...REDACTION_OPTIONS]));
    after.push(own);
    for (const name of DATA_OPTIONS) delete rest[name];
    return { ...rest, data: Kept.handle(own) };
  }

  /** A source with its form. */
  function sourced(source, options) {
    if (typeof source === 'string') return [source, options];
    if (!isPlain(source)) throw new TypeError(`a source is text or JSON, not ${kindOf(source)}`);
    return [stringify(source, 'a source'), { ...options, form: 'json' }];
  }

  function call(operation, source, options, data) {
    const after = [];
    try {
      let given = written(options, after);
      let sourceText = '';
      if (source instanceof Program) {
        given.program = Kept.handle(source);
        delete given.kind;
      } else {
        [sourceText, given] = sourced(source, given);
      }
      if (data !== NONE) given = placed(data, given, after);
      const all = JSON.stringify(given);
      return engine.run(() => glue.call(operation, sourceText, all), given.integers);
    } finally {
      for (const kept of after) kept.free();
    }
  }

  const NONE = Symbol('no data');

  /** The options of a call that completes or hovers: the data or the schema says the names. */
  function cursor(operation, source, offset, data, options) {
    text(source, 'the source');
    if (!Number.isInteger(offset) || offset < 0) throw new TypeError('an offset is a whole number, 0 or more');
    const after = [];
    try {
      const given = written(options, after);
      const schema = data === undefined ? {} : { schema: scope(data, given, after) };
      for (const name of DATA_OPTIONS) delete given[name];
      const all = JSON.stringify({ ...given, ...schema, offset: Math.min(offset, source.length) });
      return engine.run(() => glue.call(operation, source, all));
    } finally {
      for (const kept of after) kept.free();
    }
  }

  function scope(data, given, after) {
    if (data instanceof Schema || data instanceof Snapshot) return Kept.handle(data);
    const own = new Snapshot(data, pick(given, [...DATA_OPTIONS, ...REDACTION_OPTIONS]));
    after.push(own);
    return Kept.handle(own);
  }

  class Program extends Kept {
    constructor(source, options) {
      if (source instanceof Uint8Array) {
        const bytes = source.slice();
        const given = JSON.stringify(written(options, []));
        super(engine, () => glue.load(bytes, given));
        return;
      }
      // a schema that was read for this program lives as long as it
      const [sourceText] = sourced(source, {});
      super(engine, () => {
        const after = [];
        try {
          const [, given] = sourced(source, written(options, after));
          return glue.open('program', sourceText, JSON.stringify(given));
        } finally {
          for (const kept of after) kept.free();
        }
      });
    }

    static fromArtifact(bytes, options) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`an artifact is a Uint8Array, not ${kindOf(bytes)}`);
      return new Program(bytes, options);
    }

    get kind() {
      return Kept.state(this).kind ?? null;
    }

    evaluate(data, options) {
      return call('evaluate', this, options, data);
    }

    render(data, options) {
      return call('render', this, options, data);
    }

    trace(data, options) {
      return call('trace', this, options, data);
    }

    toArtifact() {
      const handle = Kept.handle(this);
      return engine.guard(() => glue.artifact(handle)) ?? null;
    }
  }

  class Snapshot extends Kept {
    constructor(data, options) {
      const json = typeof data === 'string' ? data : isPlain(data) ? stringify(data, 'data') : undefined;
      if (json === undefined) throw new TypeError(`data is JSON text or an object, not ${kindOf(data)}`);
      const given = JSON.stringify(written(options, []));
      super(engine, () => glue.open('data', json, given));
    }

    get language() {
      return Kept.state(this).language ?? 'json';
    }

    get frame() {
      return Kept.state(this).frame ?? null;
    }

    get frames() {
      return Kept.state(this).frames ?? [];
    }

    get count() {
      return Kept.state(this).count ?? 0;
    }

    get names() {
      return Kept.state(this).names ?? [];
    }

    schema() {
      return Schema.of(this);
    }
  }

  class Schema extends Kept {
    constructor(schema) {
      if (schema instanceof Snapshot) {
        super(engine, () => glue.open('schemaOf', '', JSON.stringify({ data: Kept.handle(schema) })));
        return;
      }
      const json = typeof schema === 'string' ? schema : isPlain(schema) ? stringify(schema, 'a schema') : undefined;
      if (json === undefined) throw new TypeError(`a schema is JSON text or an object, not ${kindOf(schema)}`);
      super(engine, () => glue.open('schema', json, '{}'));
    }

    static of(data, options) {
      if (data instanceof Snapshot) return new Schema(data);
      const own = new Snapshot(data, options);
      try {
        const schema = new Schema(own);
        // it is read anew from its own text, when the data is gone
        if (!schema.ok) return schema;
        const json = JSON.stringify(schema);
        schema.free();
        return new Schema(json);
      } finally {
        own.free();
      }
    }

    toJSON() {
      return Kept.state(this).schema ?? {};
    }
  }

  // a module that evaluates nothing reads no data
  if (glue.load === undefined) delete Schema.of;

  const config = (value) =>
    typeof value === 'string' ? value : isPlain(value) ? stringify(value, 'a configuration') : text(value, 'a configuration');

  /** The operations on probe configurations. */
  function probes(operation, configuration, options, more) {
    const given = { ...written(options, []), ...more };
    const [json, all] = [config(configuration), JSON.stringify(given)];
    return engine.run(() => glue.call(operation, json, all), given.integers);
  }

  const withKind = (source, kind, options) =>
    source instanceof Program ? options : { ...checked(options), kind };

  function checked(options) {
    if (options !== undefined && !isPlain(options)) throw new TypeError(`options are an object, not ${kindOf(options)}`);
    return options ?? {};
  }

  return {
    init: (source) => engine.init(source),
    initSync(source = fallback()) {
      if (engine.instances > 0) return;
      const isBytes = source instanceof ArrayBuffer || ArrayBuffer.isView(source);
      if (!isBytes && !(source instanceof WebAssembly.Module)) {
        throw new TypeError(`initSync takes bytes or a module, not ${kindOf(source)}: use init`);
      }
      engine.start(isBytes ? new WebAssembly.Module(source) : source);
    },
    compile: (source) => engine.compile(source),
    status() {
      const { instances } = engine;
      if (instances === 0) return { version: null, memory: 0, instances };
      return { version: glue.version(), memory: glue.memory_bytes(), instances };
    },
    check: (source, options) => call('check', source, options, NONE),
    cost(source, options) {
      const { ok, cost, diagnostics } = call('check', source, options, NONE);
      return cost === undefined ? { ok, diagnostics } : { ok, cost, diagnostics };
    },
    format: (source, options) => call('format', source, options, NONE),
    toJson: (source, options) => call('toJson', source, options, NONE),
    fromJson: (json, options) => call('format', json, { ...checked(options), form: 'json' }, NONE),
    fix: (source, options) => call('fix', source, options, NONE),
    complete: (source, offset, data, options) => cursor('complete', source, offset, data, options),
    hover: (source, offset, data, options) => cursor('hover', source, offset, data, options),
    tokens: (source, options) => call('tokens', text(source, 'the source'), options, NONE),
    explain: (code) => call('explain', text(code, 'a code'), undefined, NONE),
    evaluate: (source, data, options) => call('evaluate', source, options, data),
    render: (source, data, options) => call('render', source, withKind(source, 'template', options), data),
    metric: (source, data, options) => call('metric', source, withKind(source, 'metric', options), data),
    trace: (source, data, options) => call('trace', source, options, data),
    disassemble: (source, options) => call('disassemble', source, options, NONE),
    diff: (source, data, options) => call('diff', source, options, data),
    capture: (data, options) => call('capture', '', options, needed(data)),
    captureAudit: (data, options) => call('captureAudit', '', options, needed(data)),
    probeCheck: (configuration, options) => probes('probeCheck', configuration, options, { now: Date.now() }),
    probeReplay(configuration, hits, options) {
      const lines = typeof hits === 'string' ? hits : Array.isArray(hits) ? stringify(hits, 'hits') : text(hits, 'hits');
      return probes('probeReplay', configuration, options, { hits: lines });
    },
    Program,
    Snapshot,
    Schema,
  };

  function needed(data) {
    if (data === undefined) throw new TypeError('data is JSON text, an object or a Snapshot, not undefined');
    return data;
  }
}
