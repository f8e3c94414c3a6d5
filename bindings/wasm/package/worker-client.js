// The caller's side of a worker: the same in browsers and in Node. `worker.js` and `worker-node.js` say how to start one.

import { CALLS } from './worker-calls.js';

/** How long a call that `latest` replaced may still run. A restart takes about as long, so waiting costs little. */
const PATIENCE = 60;

/** After how many milliseconds of a call a spare thread is started. */
const LONG = 100;

const MAX_MEMORY = 256 * 1024 * 1024;

/** The reasons of the signals that `latest` gave. */
const superseded = new WeakSet();

const DISPOSE = Symbol.dispose ?? Symbol.for('Symbol.dispose');

const closed = () => new DOMException('The client was closed.', 'AbortError');

/** What a handle stands for. It outlives the handle while calls or other handles use it. */
class Kept {
  constructor(id, kind, args, refs) {
    this.id = id;
    this.kind = kind;
    this.args = args;
    this.refs = refs;
    this.uses = 0;
    this.freed = false;
  }
}

/** The client of a handle, and what it stands for. */
const known = new WeakMap();

/** Something that a client keeps for its worker, until it is freed. */
class Handle {
  constructor(client, what, described) {
    known.set(this, { client, what });
    Object.assign(this, described);
  }

  free() {
    const { client, what } = known.get(this);
    client.forget(this, what);
  }

  [DISPOSE]() {
    this.free();
  }
}

class ProgramHandle extends Handle {
  artifact(options) {
    return known.get(this).client.artifact(this, options);
  }
}

/** What is kept, by the method that opens it. */
const KINDS = {
  open: { kind: 'snapshot', Class: class DataHandle extends Handle {} },
  schema: { kind: 'schema', Class: class SchemaHandle extends Handle {} },
  compile: { kind: 'program', Class: ProgramHandle },
  load: { kind: 'artifact', Class: ProgramHandle },
};

export class Client {
  /** Starts a thread: `{post, stop, hold, release}`; it calls `onMessage(message)` and `onLost(error)`. */
  #spawn;
  #maxMemory;
  /** Where the module comes from; once it is compiled, the compiled module. */
  #module;

  /** `{port, ready}`: what was spawned, and what it said when its engine was loaded. */
  #thread = null;
  /** Another one, started in advance when a call takes so long that it may be cancelled. */
  #spare = null;
  #foresight = null;
  /** The ids of what the thread has. */
  #sent = new Set();
  #queue = [];
  #running = null;
  #patience = null;
  #closed = false;

  #lastId = 0;
  #newest = new Map();
  #memory = 0;
  /** The memory after the thread last opened something: a restart does not get below it. */
  #floor = 0;
  #replaced = 0;
  #version = null;
  #forgotten = new FinalizationRegistry((what) => this.#let(what));

  constructor(spawn, { maxMemory = MAX_MEMORY, module } = {}) {
    if (typeof maxMemory !== 'number' || !(maxMemory > 0)) {
      throw new TypeError('createClient: maxMemory must be a positive number of bytes');
    }
    this.#spawn = spawn;
    this.#maxMemory = maxMemory;
    this.#module = module;
    this.#start();
  }

  static {
    for (const [name, at] of Object.entries(CALLS)) {
      this.prototype[name] = function (...args) {
        return this.#call(name, args, at);
      };
    }
  }

  // ---------------------------------------------------------------------------------------- what a caller uses

  async init(options) {
    await this.#call('init', [options], 0);
  }

  open(data, options) {
    return this.#keep('open', data, options);
  }

  schema(schema, options) {
    return this.#keep('schema', schema, options);
  }

  compile(source, options) {
    return this.#keep('compile', source, options);
  }

  load(artifact, options) {
    return this.#keep('load', artifact, options);
  }

  artifact(program, options) {
    return this.#call('artifact', [program, options], 1);
  }

  latest(key) {
    const reason = new DOMException('A newer call took the place of this one.', 'AbortError');
    superseded.add(reason);
    const controller = new AbortController();
    const before = this.#newest.get(key);
    this.#newest.set(key, { controller, reason });
    before?.controller.abort(before.reason);
    return controller.signal;
  }

  status() {
    return {
      version: this.#version,
      memory: this.#memory,
      replaced: this.#replaced,
      running: this.#running !== null,
      waiting: this.#queue.length,
    };
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    clearTimeout(this.#foresight);
    this.#stop();
    this.#spare?.port.stop();
    this.#spare = null;
    this.#memory = 0;
    const tasks = this.#queue.splice(0);
    if (this.#running) tasks.unshift(this.#running);
    this.#running = null;
    for (const task of tasks) this.#settle(task, closed());
  }

  [DISPOSE]() {
    this.close();
  }

  /** The end of a handle. */
  forget(handle, what) {
    if (what.freed) return;
    this.#forgotten.unregister(handle);
    this.#let(what);
  }

  // ---------------------------------------------------------------------------------------- calls

  async #keep(name, from, options) {
    const { signal, rest } = separate(name, options);
    if (from instanceof Handle) throw new TypeError(`${name}: the first argument must not be a handle`);
    const { args, refs } = this.#prepare(name, [from, rest], 1);
    const { kind, Class } = KINDS[name];
    // A copy: what the caller does to its object later must not change what a restarted worker is sent.
    const what = new Kept(++this.#lastId, kind, copy(name, args), refs);
    for (const ref of refs) ref.what.uses += 1;
    try {
      const described = await this.#enqueue({ name, args: [], refs: [], needs: [what], describes: what.id, signal });
      const handle = new Class(this, what, described);
      this.#forgotten.register(handle, what, handle);
      return handle;
    } catch (error) {
      this.#let(what);
      throw error;
    }
  }

  async #call(name, given, at) {
    const { signal, rest } = separate(name, given[at]);
    const { args, refs } = this.#prepare(name, [...given.slice(0, at), ...(rest === undefined ? [] : [rest])], at);
    return this.#enqueue({ name, args, refs, needs: refs.map((ref) => ref.what), signal });
  }

  /** Takes the handles out of the arguments: the worker puts in what they stand for. */
  #prepare(name, args, at) {
    const refs = [];
    const plain = args.map((argument, index) => {
      if (argument instanceof Handle) {
        refs.push({ index, what: this.#use(name, argument) });
        return null;
      }
      if (index === at && argument?.schema instanceof Handle) {
        refs.push({ index, schema: true, what: this.#use(name, argument.schema) });
        return { ...argument, schema: undefined };
      }
      return argument;
    });
    return { args: plain, refs };
  }

  #use(name, handle) {
    const { client, what } = known.get(handle);
    if (client !== this) throw new TypeError(`${name}: a handle belongs to another client`);
    if (what.freed) throw new Error(`${name}: a handle was freed`);
    return what;
  }

  #enqueue(task) {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closed();
      const { signal } = task;
      if (signal?.aborted) throw signal.reason;
      Object.assign(task, { resolve, reject });
      const atOnce = this.#thread?.ready && this.#running === null && this.#queue.length === 0;
      // The caller may change its objects while the task waits.
      if (!atOnce) task.args = copy(task.name, task.args);
      if (signal) {
        task.onAbort = () => this.#abort(task);
        signal.addEventListener('abort', task.onAbort, { once: true });
      }
      for (const what of task.needs) what.uses += 1;
      this.#queue.push(task);
      this.#pump();
    });
  }

  /** Sends the next task to the thread, if it has nothing to do. */
  #pump() {
    while (!this.#closed && this.#running === null && this.#queue.length > 0) {
      if (this.#thread === null) this.#start();
      if (this.#thread === null) return;
      this.#thread.port.hold();
      if (!this.#thread.ready) return;
      const task = this.#queue.shift();
      const open = this.#missing(task.needs);
      try {
        this.#thread.port.post({
          name: task.name,
          args: task.args,
          refs: task.refs.map(written),
          open: open.map(({ id, kind, args, refs }) => ({ id, kind, args, refs: refs.map(written) })),
          describe: task.describes,
        });
      } catch (error) {
        this.#settle(task, misuse(task.name, error));
        continue;
      }
      for (const what of open) this.#sent.add(what.id);
      this.#running = task;
      this.#foresight = setTimeout(() => this.#foresee(), LONG);
    }
    if (this.#running === null) this.#thread?.port.release();
  }

  /** What the thread does not have, each after what it needs. */
  #missing(needs) {
    const direct = needs.flatMap((what) => [...what.refs.map((ref) => ref.what), what]);
    return [...new Set(direct)].filter((what) => !this.#sent.has(what.id));
  }

  #settle(task, error, value) {
    task.signal?.removeEventListener('abort', task.onAbort);
    task.needs.forEach((what) => this.#release(what));
    if (error !== undefined) task.reject(error);
    else task.resolve(value);
  }

  #abort(task) {
    if (task !== this.#running) {
      this.#queue.splice(this.#queue.indexOf(task), 1);
      this.#settle(task, task.signal.reason);
      this.#pump();
      return;
    }
    const { reason } = task.signal;
    if (superseded.has(reason)) {
      this.#patience = setTimeout(() => this.#interrupt(), PATIENCE);
      task.reject(reason);
    } else {
      task.reject(reason);
      this.#interrupt();
    }
  }

  /** Ends the thread in the middle of a call, and starts another. */
  #interrupt() {
    this.#finish(this.#running, new Error('interrupted'));
    this.#replace();
  }

  /** The running task is over. */
  #finish(task, error, value) {
    clearTimeout(this.#patience);
    clearTimeout(this.#foresight);
    this.#running = null;
    this.#settle(task, error, value);
  }

  /** There is no handle of it; calls that were made with it are still done. */
  #let(what) {
    what.freed = true;
    if (what.uses === 0) this.#drop(what);
  }

  #release(what) {
    what.uses -= 1;
    if (what.uses === 0 && what.freed) this.#drop(what);
  }

  /** Nothing needs it any longer. */
  #drop(what) {
    what.args = null;
    for (const ref of what.refs) this.#release(ref.what);
    if (!this.#sent.delete(what.id)) return;
    // A restart may now free far more.
    this.#floor = 0;
    this.#thread.port.post({ free: what.id });
  }

  // ---------------------------------------------------------------------------------------- the thread

  #start() {
    try {
      this.#thread = this.#spare ?? this.#launch();
      this.#spare = null;
      if (this.#thread.ready) this.#loaded();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #launch() {
    const thread = { port: null, ready: null };
    thread.port = this.#spawn({
      onMessage: (message) => this.#receive(thread, message),
      onLost: (error) => this.#lost(thread, error),
    });
    thread.port.post({ start: this.#module });
    thread.port.release();
    return thread;
  }

  #stop() {
    this.#thread?.port.stop();
    this.#thread = null;
    this.#sent.clear();
    this.#floor = 0;
  }

  /** Ends the thread and goes on with another. */
  #replace() {
    this.#stop();
    this.#replaced += 1;
    this.#start();
    this.#pump();
  }

  /** The engine of the thread is ready. */
  #loaded() {
    ({ module: this.#module, version: this.#version, memory: this.#memory } = this.#thread.ready);
  }

  /** Starts a spare thread. */
  #foresee() {
    if (this.#spare !== null) return;
    try {
      this.#spare = this.#launch();
    } catch {
      // Then another is started when it is needed, and its error is that of a call.
    }
  }

  #receive(thread, message) {
    if (thread !== this.#thread && thread !== this.#spare) return;
    if (message.ready) {
      thread.ready = message.ready;
      if (thread !== this.#thread) return;
      this.#loaded();
      this.#pump();
    } else if (message.failed) {
      this.#lost(thread, revive(message.failed));
    } else {
      this.#answer(message);
    }
  }

  #answer({ memory, held, error, value, broken }) {
    this.#memory = memory;
    if (held !== undefined) this.#floor = held;
    this.#finish(this.#running, error && revive(error), value);
    if (broken || this.#exceeds()) this.#replace();
    else this.#pump();
  }

  /** Whether a restart would bring the memory back below its bound, or at least free a third of it. */
  #exceeds() {
    return this.#memory > this.#maxMemory && this.#memory > 1.5 * this.#floor;
  }

  /** A thread ended by itself. */
  #lost(thread, error) {
    if (thread === this.#spare) {
      this.#spare = null;
      thread.port.stop();
    } else if (thread === this.#thread) {
      const began = thread.ready !== null;
      this.#stop();
      if (this.#running) this.#finish(this.#running, error);
      if (!began) this.#giveUp(error);
      else if (this.#queue.length > 0) this.#replace();
    }
  }

  /** If one does not begin, another would not either. */
  #giveUp(error) {
    for (const task of this.#queue.splice(0)) this.#settle(task, error);
  }
}

/** A reference to a handle, as it is sent. */
function written({ index, schema, what }) {
  return { index, schema, id: what.id };
}

/** Takes the signal out of the last argument of a call. */
function separate(name, options) {
  if (typeof options !== 'object' || options === null || !('signal' in options)) return { rest: options };
  const { signal, ...rest } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`${name}: signal must be an AbortSignal`);
  }
  return { signal, rest };
}

/** A copy of what contains objects. */
function copy(name, args) {
  try {
    return args.map((argument) => (typeof argument === 'object' ? structuredClone(argument) : argument));
  } catch (error) {
    throw misuse(name, error);
  }
}

/** Functions, symbols and the like cannot be sent, nor would the engine take them. */
function misuse(name, error) {
  return error instanceof DOMException && error.name === 'DataCloneError'
    ? new TypeError(`${name}: an argument is not plain data`)
    : error;
}

/** An error that crossed from the thread. */
function revive({ name, message }) {
  if (name === 'TypeError') return new TypeError(message);
  const error = new Error(message);
  if (name !== 'Error') Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  return error;
}

/** Rejects options that do not exist, as the engine does. */
export function checkOptions(options) {
  if (typeof options !== 'object' || options === null) throw new TypeError('createClient: options must be an object');
  for (const key of Object.keys(options)) {
    if (!['module', 'maxMemory', 'worker'].includes(key)) throw new TypeError(`createClient: unknown option ${key}`);
  }
  if (options.worker !== undefined && typeof options.worker !== 'function') {
    throw new TypeError('createClient: worker must be a function');
  }
}
