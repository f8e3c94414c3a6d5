/// <reference lib="esnext.disposable" />
/**
 * probelang: the expression engine of dynamic instrumentation probes, in Node and the browser.
 *
 * Call {@link init} once. Every other function is synchronous, takes text and plain data, and returns plain data:
 * what is wrong with an expression or with its data is in the result, never an exception. A call that no data could
 * make right (a number for a source, an unknown option) throws a `TypeError`.
 *
 * Positions that you pass, such as the offset of a cursor, count UTF-16 code units, as JavaScript does. Positions that
 * you get have both forms: use `utf16`.
 */

// ---------------------------------------------------------------------------------------------- loading

/** Where the WebAssembly module comes from: a URL, a response, bytes, or a compiled module. */
export type ModuleSource =
  | URL | string | Request | Response | Promise<Response> | ArrayBuffer | Uint8Array | WebAssembly.Module;

/**
 * Loads the engine; the second call and all further ones do nothing. Without a source, the module that is part of the
 * package is loaded.
 *
 * Rejects with an `Error` that says what to do if the page's Content Security Policy forbids WebAssembly.
 */
export function init(source?: ModuleSource): Promise<void>;

/** As {@link init}, from bytes or a compiled module, at once. In Node without an argument too. */
export function initSync(source?: ArrayBuffer | Uint8Array | WebAssembly.Module): void;

/** The version of the engine (null before it is loaded), the bytes of memory that it holds, and how often it was started. */
export function status(): { version: string | null; memory: number; instances: number };

// ---------------------------------------------------------------------------------------------- what goes in

/** What an expression is for. */
export type Kind = 'condition' | 'template' | 'metric' | 'value';

/** A runtime whose answers are given; `portable` is the one meaning of the language. */
export type Dialect =
  | 'portable' | 'java' | 'dotnet' | 'python' | 'node' | 'ruby' | 'php' | 'go' | (string & {});

/** A value that JSON can write. A `bigint` is written as the integer that it is. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };

/** An expression as text, or as the JSON of a probe configuration (`{dsl, json}`, an operator, segments). */
export type Source = string | { readonly [key: string]: Json } | readonly Json[];

/** JSON text, a plain object, or a {@link Snapshot} that was read before. */
export type Data = string | { readonly [key: string]: Json } | readonly Json[] | Snapshot;

/** A probe configuration: JSON text, one probe, an array, or an object with lists of probes (`grammar/probe.schema.json`). */
export type Config = string | { readonly [key: string]: Json } | readonly Json[];

/** How data is read. */
export interface DataOptions {
  /** What it is: by default a snapshot where `captures` or `debugger.snapshot` is there, otherwise a document. */
  input?: 'auto' | 'plain' | 'snapshot';
  /** The recorded frame: `entry`, `return`, `lines.42`. By default `return`, else the only line, else `entry`. */
  frame?: string;
  /** Which of several snapshots, from 0. */
  index?: number;
  /** Names of your own, above all others in scope. */
  variables?: { readonly [name: string]: Json };
}

/** How much of a text leaves; `docs/redaction.md` has what each mode hides. */
export type Redaction = 'off' | 'targeted' | 'strict';

/** The shapes of secrets that texts are searched for. `email` and `ip` only where you ask for them. */
export type Shape =
  | 'card' | 'aws-key' | 'gcp-key' | 'github-token' | 'slack-token' | 'stripe-key' | 'service-key' | 'jwt' | 'private-key'
  | 'credentials' | 'url-password' | 'high-entropy' | 'email' | 'ip';

/**
 * What is hidden besides the built-in names.
 *
 * Names and types are those of the call; of texts what the call or its `Snapshot` hides does not leave. A `Program` was compiled
 * with options of its own: where the call or the data hides more of texts, it throws a `TypeError`.
 */
export interface RedactionOptions {
  /** Names, in any spelling. */
  redact?: readonly string[];
  /** Built-in names that are not hidden. */
  redactExclude?: readonly string[];
  /** Types, exact or with `*`. */
  redactTypes?: readonly string[];
  /**
   * What of texts is hidden because of what they say, whatever their name: nothing (`off`, the default), the parts that look
   * like a secret (`targeted`), or every text (`strict`). Expressions see the texts, and can compare them; values, messages,
   * traces, captures and events have `{redacted}` in place of what is hidden, or the fault *redacted*.
   */
  redaction?: Redaction;
  /** Shapes that are looked for too. They ask for `targeted` where no mode is named; with `off` they are refused. */
  redactShapes?: readonly Shape[];
  /** Shapes that are not looked for. */
  noRedactShapes?: readonly Shape[];
  /**
   * Patterns of your own, by a name with letters, digits, `-` and `_`: what they match in a text is hidden. They are written
   * and bounded as those of the function `matches`, and ask for `targeted` as shapes do. One that is refused throws a
   * `TypeError` with the code and the reason.
   */
  redactPatterns?: { readonly [name: string]: string };
}

/** How an expression is read and judged. */
export interface SourceOptions extends RedactionOptions {
  /**
   * By default a value; an array is a template. For `check`, `fix` and `Program` an expression that gives a Boolean
   * whatever it reads is a condition.
   */
  kind?: Kind;
  /** Whether a string is an expression (the default) or JSON text. */
  form?: 'text' | 'json';
  dialect?: Dialect;
}

/** What a check is told besides. */
export interface CheckOptions extends SourceOptions {
  /** The names in scope; of a snapshot those that it has. */
  schema?: Schema | Snapshot | string | { readonly [key: string]: Json };
  /** Runtimes among which differences are reported. */
  targets?: readonly Dialect[];
  /** Rejects what is certain to fail, instead of warning. */
  strict?: boolean;
  /** Rejects an expression that may take more steps. */
  maxCost?: number;
}

/** What a run may spend, and how numbers come back. */
export interface RunOptions extends SourceOptions, DataOptions {
  /** Steps: 1,000,000. */
  maxSteps?: number;
  /** Milliseconds: 1,000. */
  maxTime?: number;
  /**
   * Integers that a JavaScript number cannot hold exactly: as `{"$int": "18446744073709551615"}` (the default), or as
   * a `bigint`.
   */
  integers?: 'object' | 'bigint';
}

/** What a trace shows. */
export interface TraceOptions extends RunOptions {
  /**
   * Elements for which the predicates of loops are shown: where the loop begins in the source, and how many elements
   * come before. By default the element that decided or failed, else the first. To show an element of a loop inside
   * another, name one of the outer loop too.
   */
  elements?: readonly { start: number; index: number }[];
}

/** Which runtimes are compared. */
export interface DiffOptions extends RunOptions {
  /** What the others are compared with: `portable`. */
  base?: Dialect;
  /** By default all. */
  dialects?: readonly Dialect[];
}

/** How much of a value a message shows. */
export interface RenderOptions extends RunOptions {
  maxDepth?: number;
  maxItems?: number;
  maxFields?: number;
  maxString?: number;
  maxMessage?: number;
}

// ---------------------------------------------------------------------------------------------- what comes out

/** Two positions; the second is after the last. */
export interface Ends { start: number; end: number }

/** A place in a source. `start` and `end` count bytes of its UTF-8, lines and columns from 1. */
export interface Span extends Ends { utf16: Ends; line: Ends; column: Ends }

/** A correction of the source. */
export interface Edit {
  title: string;
  applicability: 'safe' | 'unsafe' | (string & {});
  changes: { span: Span; text: string }[];
}

/** What is wrong, or worth a look: `grammar/diagnostic.schema.json`. */
export interface Diagnostic {
  code: string;
  class: string;
  severity: 'error' | 'warning' | 'note' | (string & {});
  message: string;
  /** Null where the source has no text to point at: the place is in `path`, or in `source`. */
  span: Span | null;
  /** In JSON, the RFC 6901 path of the place. */
  path: string | null;
  /** What the place is in: `<expression>`, `<schema>`, `<data>`, `<probes>`, with a line where it has many. */
  source: string;
  line?: number;
  column?: number;
  utf16?: Ends;
  args: { [name: string]: string | string[] };
  labels: { span: Span; text: string }[];
  notes: string[];
  edits: Edit[];
  url: string;
}

/** What ended an evaluation: `grammar/fault.schema.json`. */
export interface Fault extends Diagnostic {
  /** The failing part. */
  expr: string;
  /** Why a value could not be shown. */
  reason?: string;
}

/** What came of a run: a value, a fault, a limit that was reached, or a source or data that cannot be used. */
export type Status = 'ok' | 'fault' | 'limit' | 'error';

/** Markers stand for what JSON has no word for: `{"$redacted": true}`, `{"$unreadable": "depth"}`, `{"$int": "…"}`. */
export type Value = null | boolean | number | bigint | string | Value[] | { [key: string]: Value };

export interface Evaluation {
  status: Status;
  /** There if the status is `ok`. Of a condition `true` or `false`. */
  value?: Value;
  /** There if the status is `fault` or `limit`. */
  fault?: Fault;
  /** Warnings; with the status `error` what is wrong. */
  diagnostics: Diagnostic[];
}

export interface Rendered {
  status: Status;
  /** The message, parts that failed with their error in place; empty with the status `error`. */
  text: string;
  /** The parts that failed. */
  errors: (Fault | { expr: string; message: string })[];
  /** Whether the message was cut. */
  truncated: boolean;
  fault?: Fault;
  diagnostics: Diagnostic[];
}

/** How much work an expression may be. */
export interface Cost {
  /** The largest number of steps; more than JavaScript can count is `{"$int": "…"}`. */
  steps: number | { $int: string };
  /** Whether there is no useful bound. */
  unbounded?: boolean;
  /** The sizes that the bound assumes: elements, characters, values in a collection that is compared whole. */
  assumes?: { items?: number; chars?: number; values?: number };
  dominating: string;
  dominating_steps: number | { $int: string };
  span: Span;
  loops: { span: Span; times: number | { $int: string }; stated: boolean }[];
}

export interface Report {
  ok: boolean;
  kind: Kind;
  /** The type of the value, the cost, and what is read: there if `ok`. */
  type?: string;
  cost?: Cost;
  reads?: string[];
  names?: string[];
  /** Whether the source is the beginning of a correct one: more may be typed. */
  incomplete: boolean;
  diagnostics: Diagnostic[];
}

export interface Text { ok: boolean; text: string; diagnostics: Diagnostic[] }

/** A source with its safe fixes applied, and their titles. */
export interface Fixed extends Text { applied: string[] }

export interface Costed { ok: boolean; cost?: Cost; diagnostics: Diagnostic[] }

export interface Candidate { label: string; kind: string; type: string | null; docs: string; edit: Edit }

export interface Hover { span: Span; type: string | null; docs: string }

/** A piece of a source, in UTF-16 code units. The pieces cover all of it. */
export interface Token extends Ends { class: string }

export interface Explanation {
  code: string;
  title: string;
  severity: string;
  class: string;
  text: string;
  /** A command line that shows it, without the name of the program. */
  example: string | null;
  /** A command line that is right and does not show it. */
  instead: string | null;
  url: string;
}

/** A part of an expression with what it gave: `grammar/trace.schema.json`. */
export interface TraceNode {
  expr: string;
  span: Span;
  path?: string;
  value?: Value;
  kind?: string;
  hidden?: { path: string; code: string; class: string; rule: string; reason?: string; url: string }[];
  fault?: Fault & { own: boolean };
  had?: { value: Value; kind: string };
  skipped?: 'shortCircuit' | 'noElement' | 'fault';
  loop?: {
    seen: number; held: number; decided: boolean;
    element?: { index: number; key?: Value; failed: boolean };
  };
  children: TraceNode[];
}

export interface Trace extends TraceNode {
  status: 'ok' | 'false' | 'fault' | 'limit';
  failedAt?: string;
  decidedBy?: string;
  decidedAt?: Span;
  steps: number;
}

export interface Traced { status: Status; trace?: Trace; diagnostics: Diagnostic[] }

/** The code that a source is compiled to, for people: the form of the lines may change. */
export interface Listing {
  ok: boolean;
  /** Each with what it was compiled from; null for a line that is not an instruction. */
  lines: { text: string; span: Span | null }[];
  diagnostics: Diagnostic[];
}

/** What one runtime gives. */
export interface DialectAnswer {
  dialect: string;
  /** Whether the rules of the dialect were verified against its tracer. */
  verified: boolean;
  status: 'ok' | 'false' | 'fault' | 'limit' | 'refused';
  value?: Value;
  message?: string;
  fault?: { code: string; class: string; message: string };
  error?: { code: string; class: string; message: string };
  /** The rules that make the answer differ from that of the base. */
  rows: { row: string; title: string; choice: string; base: string; case?: string; known?: string }[];
  explained: boolean;
}

export interface Difference {
  status: 'ok' | 'error';
  base?: string;
  dialects?: DialectAnswer[];
  diagnostics: Diagnostic[];
}

/** A snapshot or event of the tracers' format: `grammar/snapshot.schema.json`, `grammar/event.schema.json`. */
export interface Captured {
  ok: boolean;
  capture?: { [key: string]: unknown };
  /** Whether something was left out because of the size. */
  pruned?: boolean;
  diagnostics: Diagnostic[];
}

/** What a capture does not show: `grammar/audit.schema.json`. */
export interface Audited {
  ok: boolean;
  audit?: { hidden: AuditEntry[]; cut: AuditEntry[]; pruned: AuditEntry[]; bytes: number };
  diagnostics: Diagnostic[];
}
export interface AuditEntry { path: string; [key: string]: unknown }

/** What would become of a probe. */
export interface CheckedProbe {
  id: string | null;
  type: string | null;
  place: string | null;
  status: 'RECEIVED' | 'ERROR' | 'EXPIRED' | 'IGNORED';
  diagnostics: Diagnostic[];
}

export interface CheckedProbes {
  /** Whether every probe can be used. */
  ok: boolean;
  probes: CheckedProbe[];
  diagnostics: Diagnostic[];
}

/** What became of the hits of a probe. */
export interface ProbeReport {
  id: string; hits: number; emitted: number; not_matched: number; failed: number; rate_limited: number;
  over_budget: number; skipped: number; expired: number; done: number; paused: number; blocked: number;
  reentered: number; approximate: number; bytes: number; steps: number; verdict: string;
}

export interface Replayed {
  /** What the probes would send, at most 10,000: `grammar/probe-event.schema.json`. */
  events: { kind: 'log' | 'snapshot' | 'error' | 'metric' | 'span' | 'tags' | 'status'; [key: string]: unknown }[];
  report: ProbeReport[];
  /**
   * There if the option `timeline` is true, for as many hits as events at most: when each hit ended, in milliseconds,
   * and what it came to, by the id of each probe that it was a hit of: a name of a count of {@link ProbeReport}.
   */
  timeline?: { time: number; causes: { [probe: string]: string } }[];
  /** Whether there were more events. */
  truncated: boolean;
  diagnostics: Diagnostic[];
}

// ---------------------------------------------------------------------------------------------- functions

/** Diagnostics, type, cost, and what is read. A source that is `ok` compiles. */
export function check(source: Source, options?: CheckOptions): Report;

/** The value of an expression. */
export function evaluate(source: Source | Program, data?: Data, options?: RunOptions): Evaluation;

/** The message of a template. */
export function render(source: Source | Program, data?: Data, options?: RenderOptions): Rendered;

/** The number of a metric. */
export function metric(source: Source | Program, data?: Data, options?: RunOptions): Evaluation;

/** What every part gave, and what decided. */
export function trace(source: Source, data?: Data, options?: TraceOptions): Traced;

/** The code that a source is compiled to, with the dialect and the redaction of literal names resolved in it. */
export function disassemble(source: Source, options?: CheckOptions): Listing;

/** The answers of several runtimes, and the rules that make them differ. */
export function diff(source: Source, data?: Data, options?: DiffOptions): Difference;

/** The canonical text of a source. */
export function format(source: Source, options?: SourceOptions): Text;

/** The JSON of a source, as text: its integers may be too large for `JSON.parse`. */
export function toJson(source: Source, options?: SourceOptions): Text;

/** The text of the JSON of an expression. */
export function fromJson(json: Source, options?: SourceOptions): Text;

/** The safe fixes of a source applied. */
export function fix(source: Source, options?: CheckOptions): Fixed;

/** What can be written at an offset, the likeliest first. Data or a schema says which names there are. */
export function complete(
  source: string, offset: number, data?: Data | Schema, options?: CheckOptions & DataOptions,
): Candidate[];

/** What is written at an offset, with its type; null where there is nothing to say. */
export function hover(
  source: string, offset: number, data?: Data | Schema, options?: CheckOptions & DataOptions,
): Hover | null;

/** The pieces of a source, for highlighting. They cover all of it, also of one that cannot be read. */
export function tokens(source: string, options?: { kind?: Kind }): Token[];

/** What a code means; null for an unknown one. `PL0214`, `pl214` and `214` are the same. */
export function explain(code: string): Explanation | null;

/** How many steps an expression may take. */
export function cost(source: Source, options?: CheckOptions): Costed;

/** What a capture may show. */
export interface CaptureOptions extends DataOptions, RedactionOptions {
  /** Expressions that are captured in place of the variables, by name. */
  expressions?: { readonly [name: string]: string };
  dialect?: Dialect;
  maxDepth?: number;
  maxItems?: number;
  maxLength?: number;
  maxFields?: number;
  /** Bytes, at least 1,024: 1 MiB. */
  maxSize?: number;
  /** Milliseconds; without it there is no deadline. */
  maxTime?: number;
}

/** What a probe would send of the data: limited, redacted, of a bounded size. */
export function capture(data: Data, options?: CaptureOptions & { format?: 'snapshot' | 'event' }): Captured;

/** What a capture of the data would hide, cut and prune. */
export function captureAudit(data: Data, options?: CaptureOptions): Audited;

/** The process that probes are for. */
export interface ProbeOptions extends RedactionOptions {
  service?: string;
  env?: string;
  version?: string;
  dialect?: Dialect;
  /** Gives each probe the meaning of the runtime that its `language` names. */
  byLanguage?: boolean;
}

/** What would become of each probe of a configuration. */
export function probeCheck(config: Config, options?: ProbeOptions): CheckedProbes;

/** How recorded hits are replayed. */
export interface ReplayOptions extends ProbeOptions {
  match?: 'location' | 'all';
  /** Milliseconds between hits that have no time: 1,000. */
  interval?: number;
  /** What the ids of events follow from: 0. */
  seed?: number;
  variables?: { readonly [name: string]: Json };
  /** At most so many events: 10,000. */
  maxEvents?: number;
  /** Whether the result says what became of each hit. */
  timeline?: boolean;
}

/** What probes would have sent of recorded hits: one snapshot or document, an array of them, or one per line. */
export function probeReplay(config: Config, hits: string | readonly Json[], options?: ReplayOptions): Replayed;

// ---------------------------------------------------------------------------------------------- classes

/** Something that the engine keeps until it is freed. A forgotten one is freed by the garbage collector, some time. */
declare abstract class Kept {
  /** Frees the memory. Using it afterwards throws. */
  free(): void;
  [Symbol.dispose](): void;
}

/** A program that was compiled once. */
export class Program extends Kept {
  constructor(source: Source, options?: CheckOptions);
  /** From the bytes of an artifact. Nothing in them is trusted: `ok` says whether they can be used. */
  static fromArtifact(bytes: Uint8Array, options?: RedactionOptions): Program;
  readonly ok: boolean;
  /** Null if the program is not `ok`. */
  readonly kind: Kind | null;
  readonly diagnostics: Diagnostic[];
  /** Of a condition, a metric or a value. */
  evaluate(data?: Data, options?: RunOptions): Evaluation;
  /** Of a template. */
  render(data?: Data, options?: RenderOptions): Rendered;
  /** A program from an artifact cannot be traced: the result has the status `error`. */
  trace(data?: Data, options?: TraceOptions): Traced;
  /** The bytes that tracers load; null if the program is not `ok`. */
  toArtifact(): Uint8Array | null;
}

/** Data that was read once: a document, or a frame of a recorded snapshot. */
export class Snapshot extends Kept {
  constructor(data: string | { readonly [key: string]: Json } | readonly Json[], options?: DataOptions & RedactionOptions);
  readonly ok: boolean;
  readonly diagnostics: Diagnostic[];
  /** The language of the recorded program, `json` of a document. */
  readonly language: string;
  /** The frame that is looked at, and all that were recorded; of a document null and none. */
  readonly frame: string | null;
  readonly frames: string[];
  /** How many snapshots the text contains. */
  readonly count: number;
  /** The names in scope. */
  readonly names: string[];
  /** Names, types and sizes, without a value: what `check` and `complete` take. */
  schema(): Schema;
}

/** What is known of the names in scope. */
export class Schema extends Kept {
  constructor(schema: string | { readonly [key: string]: Json });
  /** The names and types of data. */
  static of(data: Data, options?: DataOptions & RedactionOptions): Schema;
  readonly ok: boolean;
  readonly diagnostics: Diagnostic[];
  toJSON(): { [key: string]: unknown };
}

export {};
