/**
 * An editor of expressions: extensions of CodeMirror 6.
 *
 * ```js
 * import { EditorView } from '@codemirror/view';
 * import * as engine from 'probelang';
 * import { probelang } from 'probelang/codemirror';
 *
 * await engine.init();
 * new EditorView({
 *   parent: document.body,
 *   extensions: [probelang({ engine, kind: 'condition', data: () => snapshotText })],
 * });
 * ```
 *
 * It needs `@codemirror/state`, `@codemirror/view`, `@codemirror/lint` and `@codemirror/autocomplete`, which you install.
 */

import type { Extension } from '@codemirror/state';
import type { Command, EditorView } from '@codemirror/view';
import type {
  Candidate, Data, Dialect, Explanation, Hover, Json, Kind, Redaction, Report, Schema, Shape, Token, Traced,
} from './index.js';
import type { DataHandle, SchemaHandle } from './worker.js';

/** At once, or later. */
type Soon<T> = T | Promise<T>;

/**
 * What answers: the module `probelang` or `probelang/check` after its `init()`, or a client of `probelang/worker`.
 * Without `explain` or `trace` the editor does without them.
 */
export interface EditorEngine {
  check(source: string, options?: any): Soon<Report>;
  complete(source: string, offset: number, data?: any, options?: any): Soon<Candidate[]>;
  hover(source: string, offset: number, data?: any, options?: any): Soon<Hover | null>;
  tokens(source: string, options?: { kind?: Kind }): Soon<Token[]>;
  explain?(code: string): Soon<Explanation | null>;
  trace?(source: string, data?: any, options?: any): Soon<Traced>;
}

/** A value, or a function that gives it. A function is called for each answer. */
export type Setting<T> = T | undefined | (() => T | undefined);

export interface EditorOptions {
  engine: EditorEngine;
  /**
   * What gives the tokens for highlighting; by default the engine. Next to a worker, the module on this thread
   * highlights at once also while the worker is busy.
   */
  tokenizer?: Pick<EditorEngine, 'tokens'>;

  kind?: Setting<Kind>;
  dialect?: Setting<Dialect>;
  /** Runtimes among which differences are reported. */
  targets?: Setting<readonly Dialect[]>;
  strict?: Setting<boolean>;
  maxCost?: Setting<number>;

  /** The names in scope. Without it they are those of the data. */
  schema?: Setting<Schema | SchemaHandle | string | { readonly [key: string]: Json } | null>;
  /** What the names are completed from, and what inline values are of. It is read once for as long as it is the same. */
  data?: Setting<Data | DataHandle | null>;
  input?: Setting<'auto' | 'plain' | 'snapshot'>;
  frame?: Setting<string>;
  index?: Setting<number>;
  variables?: Setting<{ readonly [name: string]: Json }>;

  redact?: Setting<readonly string[]>;
  redactExclude?: Setting<readonly string[]>;
  redactTypes?: Setting<readonly string[]>;
  redaction?: Setting<Redaction>;
  redactShapes?: Setting<readonly Shape[]>;
  noRedactShapes?: Setting<readonly Shape[]>;
  redactPatterns?: Setting<{ readonly [name: string]: string }>;
  /** What a run for inline values may spend. */
  maxSteps?: Setting<number>;
  maxTime?: Setting<number>;

  /**
   * Values next to the source: after each line, or after each part that reads or calls something. What was not reached
   * is paler. `off` is the default.
   */
  values?: 'off' | 'lines' | 'parts';
  /** Milliseconds that the text must rest before it is checked: 60. */
  lintDelay?: number;
  /**
   * `editor`, the default, leaves it to the theme of the editor; the colours of the tokens and the tooltips follow
   * whether that is a dark one. The others set ground and text too; `system` follows the setting of the system.
   */
  theme?: 'editor' | 'light' | 'dark' | 'system';
}

/**
 * Highlighting, diagnostics with quick fixes and explanations, completion, hover, inline values.
 *
 * Its keys, besides those of completion: `F8` goes to the next diagnostic, `Mod-Shift-m` lists all, `Mod-.` makes the
 * first fix at the cursor, `Escape` closes an explanation. The classes begin with `cm-probelang-`.
 */
export function probelang(options: EditorOptions): Extension;

/** Asks the engine again, after something else than the text has changed: the data, the dialect. */
export function refresh(view: EditorView): void;

/** Makes the first fix of what is wrong at the cursor. */
export const fixAtCursor: Command;

/** Shows the page of a code in a panel. */
export function explain(view: EditorView, engine: Required<Pick<EditorEngine, 'explain'>>, code: string): void;

/** Closes that panel. */
export const closeExplanation: Command;

export {};
