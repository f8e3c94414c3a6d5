// What the parts of an editor share: the engine, and what it is told with every call.

import { StateEffect } from '@codemirror/state';
import { logException } from '@codemirror/view';
import { DATA_OPTIONS, REDACTION_OPTIONS } from './option-names.js';

/** Something besides the text has changed. */
const refreshed = StateEffect.define();

export function refresh(view) {
  view.dispatch({ effects: refreshed.of(null) });
}

/** Whether the answers of the engine may be others than before. */
export function outdated(update) {
  return update.docChanged
    || update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(refreshed)));
}

const SOURCE = ['kind', 'dialect', ...REDACTION_OPTIONS];
const CHECK = [...SOURCE, 'targets', 'strict', 'maxCost'];
const DATA = [...DATA_OPTIONS, 'variables'];
const RUN = [...SOURCE, 'maxSteps', 'maxTime'];

/** Numbers the editors: a client of a worker drops only what the same editor asked before. */
const numbers = new WeakMap();
let editors = 0;

/** Asks a client of a worker for the newest answer only. */
function newest(engine, view, what) {
  if (typeof engine.latest !== 'function') return {};
  if (!numbers.has(view)) numbers.set(view, ++editors);
  return { signal: engine.latest(`codemirror ${numbers.get(view)} ${what}`) };
}

export class Session {
  #options;
  /** The tokens may come from another engine: one on this thread keeps up with every key. */
  #tokenizer;
  /** The data that was read last. */
  #entry = null;

  constructor(options) {
    this.#options = options;
    this.engine = options.engine;
    this.#tokenizer = options.tokenizer ?? options.engine;
  }

  /** An option that may be a function. */
  option(name) {
    const value = this.#options[name];
    return typeof value === 'function' ? value() : value;
  }

  #some(names) {
    return Object.fromEntries(
      names.map((name) => [name, this.option(name)]).filter(([, value]) => value !== undefined),
    );
  }

  tokens(view) {
    return this.#tokenizer.tokens(view.state.doc.toString(), {
      ...this.#some(['kind']), ...newest(this.#tokenizer, view, 'tokens'),
    });
  }

  /** The options of `check`, with the schema that was given, else that of the data. */
  async checkOptions(view, what) {
    const schema = this.option('schema') ?? (await this.#sample());
    return { ...this.#some(CHECK), ...(schema ? { schema } : {}), ...newest(this.engine, view, what) };
  }

  /** The data and the options of a run. */
  async run(view, what) {
    const entry = this.#read();
    // How the data is to be read was said when it was.
    const options = this.#some(entry ? RUN : [...RUN, 'variables']);
    const data = await entry?.value;
    return { data, options: { ...options, ...newest(this.engine, view, what) } };
  }

  /** The names and types of the data. */
  async #sample() {
    const entry = this.#read();
    if (!entry) return undefined;
    const value = await entry.value;
    entry.schema ??= this.#schemaOf(value);
    return entry.schema;
  }

  #schemaOf(value) {
    if (typeof value.schema === 'function') return value.schema();
    // A client takes the handle of data for a schema.
    return typeof value.free === 'function' ? value : undefined;
  }

  /** The data, read once for as long as it stays the same. */
  #read() {
    const data = this.option('data');
    if (data === undefined || data === null) return null;
    const options = this.#some([...DATA, ...REDACTION_OPTIONS]);
    const key = JSON.stringify(options, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    if (this.#entry?.data !== data || this.#entry.key !== key) {
      this.#leave(this.#entry);
      const theirs = typeof data.free === 'function';
      this.#entry = { data, key, theirs, value: theirs ? data : this.#open(data, options) };
    }
    return this.#entry;
  }

  #open(data, options) {
    if (typeof this.engine.open === 'function') return this.engine.open(data, options);
    if (typeof this.engine.Snapshot === 'function') return new this.engine.Snapshot(data, options);
    return data;
  }

  /** Frees what was made of data that is no longer there; not what belongs to the caller. */
  #leave(entry) {
    if (!entry) return;
    Promise.resolve(entry.value).then((value) => {
      if (entry.schema !== value) entry.schema?.free?.();
      if (!entry.theirs) value.free?.();
    }, () => {});
  }
}

/** Calls `use` with an answer, at once if it is there. An answer that was given up is none. */
export function whenReady(view, answer, use) {
  const failed = (error) => {
    if (error?.name !== 'AbortError') logException(view.state, error, 'probelang');
  };
  if (typeof answer?.then === 'function') answer.then(use).catch(failed);
  else use(answer);
}

/** What `ask` gives; undefined if it was given up. */
export async function orGivenUp(ask) {
  try {
    return await ask();
  } catch (error) {
    if (error?.name === 'AbortError') return undefined;
    throw error;
  }
}
