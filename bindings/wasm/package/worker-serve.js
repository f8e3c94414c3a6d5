// The worker's side: the same in browsers and in Node. It does one call at a time, in order.

/**
 * Gives the function that takes the messages of a client.
 *
 * @param engine the module of the engine
 * @param post sends an answer
 */
export function serve(engine, post) {
  /** What was opened, by the id that the client gave it. */
  const opened = new Map();

  async function start(source) {
    try {
      const module = source instanceof WebAssembly.Module ? source : await engine.compile(source);
      await engine.init(module);
      const { version, memory } = engine.status();
      post({ ready: { module, version, memory } });
    } catch (error) {
      post({ failed: plain(error) });
    }
  }

  function call({ name, args, refs, open, describe: described }) {
    try {
      for (const one of open) {
        resolve(one);
        opened.set(one.id, create(one));
      }
      const held = open.length > 0 ? engine.status().memory : undefined;
      resolve({ args, refs });
      const value = described === undefined ? perform(name, args) : describe(opened.get(described));
      post({ value, held, memory: engine.status().memory });
    } catch (error) {
      // The engine answers bad input and throws for misuse. All else means that it can't be trusted any longer.
      const broken = !(error instanceof TypeError);
      post({ error: plain(error), broken, memory: broken ? 0 : engine.status().memory });
    }
  }

  /** Puts what was opened in its places among the arguments. */
  function resolve({ args, refs }) {
    for (const { index, schema, id } of refs) {
      if (schema) args[index].schema = schemaOf(opened.get(id));
      else args[index] = opened.get(id).value;
    }
  }

  function perform(name, args) {
    switch (name) {
      case 'init':
        return undefined;
      case 'artifact':
        if (!(args[0] instanceof engine.Program)) throw new TypeError('artifact: the argument must be a program');
        return args[0].toArtifact();
      case 'trace':
        return args[0] instanceof engine.Program ? args[0].trace(...args.slice(1)) : engine.trace(...args);
      default:
        return engine[name](...args);
    }
  }

  function create({ kind, args }) {
    switch (kind) {
      case 'snapshot':
        return { kind, value: new engine.Snapshot(...args) };
      case 'schema':
        return { kind, value: new engine.Schema(args[0]) };
      case 'program':
        return { kind, value: new engine.Program(...args) };
      case 'artifact':
        return { kind, value: engine.Program.fromArtifact(...args) };
    }
  }

  /** Where a schema is expected, data gives that of its names. */
  function schemaOf(entry) {
    if (entry.kind !== 'snapshot') return entry.value;
    entry.schema ??= entry.value.schema();
    return entry.schema;
  }

  function describe({ kind, value }) {
    const { ok, diagnostics } = value;
    switch (kind) {
      case 'snapshot': {
        const { language, frame, frames, count, names } = value;
        return { ok, diagnostics, language, frame, frames, count, names };
      }
      case 'schema':
        return { ok, diagnostics };
      default:
        return { ok, diagnostics, kind: value.kind };
    }
  }

  function free(id) {
    const entry = opened.get(id);
    opened.delete(id);
    entry?.schema?.free();
    entry?.value.free();
  }

  return function receive(message) {
    if ('start' in message) start(message.start);
    else if ('free' in message) free(message.free);
    else call(message);
  };
}

function plain(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { name: error instanceof TypeError ? 'TypeError' : error.name, message: error.message };
}
