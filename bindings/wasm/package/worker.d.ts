/// <reference lib="esnext.disposable" />
/**
 * probelang in a worker: the functions of the engine as promises, so that no call blocks the page, and any call can
 * be cancelled.
 *
 * ```js
 * import { createClient } from 'probelang/worker';
 *
 * const client = createClient();
 * const data = await client.open('{"user": {"age": 42}}');
 * const { value } = await client.evaluate('user.age > 18', data, { signal: AbortSignal.timeout(500) });
 * ```
 *
 * The worker does one call at a time, in the order of the calls. What you pass is copied when you call. Every promise
 * rejects with
 *
 * - a `TypeError` where the same function of the engine throws one;
 * - the reason of the signal, by default an `AbortError`, when the call was cancelled or the client closed;
 * - an `Error` when the worker could not be started, or ended during the call. The next call starts another worker.
 */

import type {
  Audited, Candidate, Captured, CaptureOptions, CheckedProbes, CheckOptions, Config, Costed, Data, DataOptions, Diagnostic,
  Difference, DiffOptions, Evaluation, Explanation, Fixed, Hover, Json, Kind, ModuleSource, ProbeOptions, RedactionOptions,
  Rendered, RenderOptions, Replayed, ReplayOptions, Report, RunOptions, Schema, Snapshot, Source, SourceOptions, Text, Token,
  Listing, TraceOptions, Traced,
} from './index.js';

/** What cancels a call. */
export interface Cancel {
  /**
   * Cancels the call when it is aborted: the promise rejects with the reason of the signal. A call that the worker is
   * in the middle of ends with the worker; another worker takes the place of it, gets what is open when a call needs
   * it, and goes on with the calls that wait. That takes about a tenth of a second. Once a call has run for as long, a
   * spare worker is started, and the replacement is there at once.
   */
  signal?: AbortSignal | undefined;
}

/** The options of a function of the engine, a schema as a handle, and a signal. */
export type Call<Options> = Omit<Options, 'schema'> & Cancel
  & (Options extends { schema?: unknown } ? { schema?: Exclude<Options['schema'], Schema | Snapshot> | SchemaHandle | DataHandle } : unknown);

/** Data that can be sent to a worker. */
export type WorkerData = Exclude<Data, Snapshot> | DataHandle;

/** Tells handles apart; there only for the types. */
declare const what: unique symbol;

/** Something that a client keeps for its worker, also when the worker is replaced. */
interface Handle {
  /** Whether it can be used. */
  readonly ok: boolean;
  readonly diagnostics: Diagnostic[];
  /**
   * Frees it, here and in the worker. Calls that were made with it are still done; a later one rejects. A forgotten
   * handle is freed by the garbage collector, some time.
   */
  free(): void;
  [Symbol.dispose](): void;
}

/** Data that was opened once. Pass it wherever the functions take data, or as a schema: then its names and types are meant. */
export interface DataHandle extends Handle {
  readonly [what]: 'data';
  /** The language of the recorded program, `json` of a document. */
  readonly language: string;
  /** The frame that is looked at, and all that were recorded; of a document null and none. */
  readonly frame: string | null;
  readonly frames: string[];
  /** How many snapshots the text contains. */
  readonly count: number;
  /** The names in scope. */
  readonly names: string[];
}

/** A schema that was read once. */
export interface SchemaHandle extends Handle {
  readonly [what]: 'schema';
}

/** A program that was compiled once. Pass it in place of a source. */
export interface ProgramHandle extends Handle {
  readonly [what]: 'program';
  /** Null if the program is not `ok`. */
  readonly kind: Kind | null;
  /** The bytes that tracers load; null if the program is not `ok`. */
  artifact(options?: Cancel): Promise<Uint8Array | null>;
}

export interface ClientOptions {
  /** Where the WebAssembly module comes from. By default it is the one of the package. A relative URL means the page. */
  module?: Exclude<ModuleSource, Request | Response | Promise<Response>>;
  /**
   * The worker is replaced between two calls when its engine holds more bytes: 256 MiB. Data that is open is opened
   * again when a call needs it. The memory of a WebAssembly module never shrinks otherwise.
   */
  maxMemory?: number;
  /**
   * Makes the worker, where the one of the package can't be loaded: because the package comes from another origin, or
   * through a bundler that does not know `new Worker(new URL(…, import.meta.url))`. The script of the worker must be
   * or import `probelang/worker-thread`.
   */
  worker?: () => Worker;
}

/** What a client is doing. */
export interface ClientStatus {
  /** The version of the engine; null until the first worker is ready. */
  version: string | null;
  /** The bytes of memory that the engine held after the last call. */
  memory: number;
  /** How often the worker was replaced. */
  replaced: number;
  /** Whether a call is running, and how many wait for it. */
  running: boolean;
  waiting: number;
}

/** Starts a worker. In Node it does not keep the process alive unless it has something to do. */
export function createClient(options?: ClientOptions): Client;

/** The engine in a worker. The functions are those of the engine. */
export interface Client {
  /** Waits until the engine is loaded. A call waits by itself. Rejects with what is wrong if it cannot be loaded. */
  init(options?: Cancel): Promise<void>;

  /** Reads data once. */
  open(data: Exclude<Data, Snapshot>, options?: DataOptions & RedactionOptions & Cancel): Promise<DataHandle>;
  /** Reads a schema once. */
  schema(schema: string | { readonly [key: string]: Json }, options?: Cancel): Promise<SchemaHandle>;
  /** Compiles a program once. */
  compile(source: Source, options?: Call<CheckOptions>): Promise<ProgramHandle>;
  /** Takes the program of an artifact. */
  load(artifact: Uint8Array, options?: RedactionOptions & Cancel): Promise<ProgramHandle>;

  check(source: Source, options?: Call<CheckOptions>): Promise<Report>;
  evaluate(source: Source | ProgramHandle, data?: WorkerData, options?: Call<RunOptions>): Promise<Evaluation>;
  render(source: Source | ProgramHandle, data?: WorkerData, options?: Call<RenderOptions>): Promise<Rendered>;
  metric(source: Source | ProgramHandle, data?: WorkerData, options?: Call<RunOptions>): Promise<Evaluation>;
  trace(source: Source | ProgramHandle, data?: WorkerData, options?: Call<TraceOptions>): Promise<Traced>;
  disassemble(source: Source, options?: Call<CheckOptions>): Promise<Listing>;
  diff(source: Source, data?: WorkerData, options?: Call<DiffOptions>): Promise<Difference>;
  format(source: Source, options?: Call<SourceOptions>): Promise<Text>;
  toJson(source: Source, options?: Call<SourceOptions>): Promise<Text>;
  fromJson(json: Source, options?: Call<SourceOptions>): Promise<Text>;
  fix(source: Source, options?: Call<CheckOptions>): Promise<Fixed>;
  complete(
    source: string, offset: number, data?: WorkerData | SchemaHandle, options?: Call<CheckOptions & DataOptions>,
  ): Promise<Candidate[]>;
  hover(
    source: string, offset: number, data?: WorkerData | SchemaHandle, options?: Call<CheckOptions & DataOptions>,
  ): Promise<Hover | null>;
  tokens(source: string, options?: { kind?: Kind } & Cancel): Promise<Token[]>;
  explain(code: string, options?: Cancel): Promise<Explanation | null>;
  cost(source: Source, options?: Call<CheckOptions>): Promise<Costed>;
  capture(data: WorkerData, options?: CaptureOptions & { format?: 'snapshot' | 'event' } & Cancel): Promise<Captured>;
  captureAudit(data: WorkerData, options?: CaptureOptions & Cancel): Promise<Audited>;
  probeCheck(config: Config, options?: ProbeOptions & Cancel): Promise<CheckedProbes>;
  probeReplay(config: Config, hits: string | readonly Json[], options?: ReplayOptions & Cancel): Promise<Replayed>;

  /**
   * A signal that is aborted by the next call of `latest` with the same key. An editor that wants no other answer than
   * the newest writes
   *
   * ```js
   * const traced = await client.trace(source, data, { signal: client.latest('trace') });
   * ```
   *
   * A call that is replaced so while it waits is never done. One that is running already may go on for 60 ms before
   * the worker is replaced. To cancel it in other ways too, pass `AbortSignal.any([client.latest('trace'), signal])`.
   */
  latest(key: string): AbortSignal;

  status(): ClientStatus;

  /** Ends the worker. Calls that are not done reject with an `AbortError`; so does every later call. */
  close(): void;
  [Symbol.dispose](): void;
}

export {};
