// Does the calls of `calls.json` over an engine, or over a client of a worker. Runs in Node and in browsers.
//
// An entry has a `name`, and
//   "call": "evaluate", "with": [arguments]       a function, or with "on" a method
//   "on": {"$program": [arguments]}               what the method is of, or whose properties are read
//   "read": ["ok", "names"]                       properties
// Arguments may be {"$snapshot": [...]}, {"$schema": [...]}, {"$program": [...]} with what the constructor takes,
// {"$bigint": "1"}, {"$bytes": [1, 2]} and {"$none": true} for undefined.

const MAKERS = {
  $snapshot: ['Snapshot', 'open'],
  $schema: ['Schema', 'schema'],
  $program: ['Program', 'compile'],
};

/** What all entries give, as data that JSON can write. */
export async function performAll(calls, engine) {
  const results = [];
  for (const entry of calls) results.push(await perform(entry, engine));
  return results;
}

async function perform(entry, engine) {
  const made = [];
  try {
    const args = [];
    for (const argument of entry.with ?? []) args.push(await make(argument, engine, made));
    const on = entry.on && (await make(entry.on, engine, made));
    if (entry.read) return plain(Object.fromEntries(entry.read.map((name) => [name, on[name]])));
    return plain(await call(entry.call, on, args, engine));
  } catch (error) {
    return { throws: error.name, message: error.message };
  } finally {
    for (const one of made) one.free();
  }
}

/** A client has functions that take a handle where the engine has methods. */
function call(name, on, args, engine) {
  if (on === undefined) return engine[name](...args);
  if (!isClient(engine)) return on[name](...args);
  return name === 'toArtifact' ? on.artifact() : engine[name](on, ...args);
}

function isClient(engine) {
  return typeof engine.open === 'function';
}

async function make(value, engine, made) {
  if (typeof value !== 'object' || value === null) return value;
  if ('$none' in value) return undefined;
  if ('$bigint' in value) return BigInt(value.$bigint);
  if ('$bytes' in value) return new Uint8Array(value.$bytes);
  for (const [marker, [constructor, method]] of Object.entries(MAKERS)) {
    if (!(marker in value)) continue;
    const args = [];
    for (const argument of value[marker]) args.push(await make(argument, engine, made));
    const one = isClient(engine) ? await engine[method](...args) : new engine[constructor](...args);
    made.push(one);
    return one;
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => make(one, engine, made)));
  const copy = {};
  for (const [key, one] of Object.entries(value)) copy[key] = await make(one, engine, made);
  return copy;
}

/** Data that JSON can write. */
function plain(value) {
  if (value === undefined) return { $none: true };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (value instanceof Uint8Array) return { $bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined).map(([key, one]) => [key, plain(one)]));
}
