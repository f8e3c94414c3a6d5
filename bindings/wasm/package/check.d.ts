/// <reference lib="esnext.disposable" />
/**
 * The smaller module: what an editor needs that never evaluates. The functions are those of `probelang`.
 *
 * It has a WebAssembly module of its own: a page that imports both entries loads both modules.
 */

import type { Candidate, CheckOptions, Diagnostic, Hover, Json } from './index.js';

export {
  check, cost, explain, fix, format, fromJson, init, initSync, status, toJson, tokens,
} from './index.js';

/** What can be written at an offset, the likeliest first. */
export function complete(source: string, offset: number, schema?: Schema, options?: CheckOptions): Candidate[];

/** What is written at an offset, with its type; null where there is nothing to say. */
export function hover(source: string, offset: number, schema?: Schema, options?: CheckOptions): Hover | null;

/** What is known of the names in scope. It comes from elsewhere: this module reads no data. */
export class Schema {
  constructor(schema: string | { readonly [key: string]: Json });
  readonly ok: boolean;
  readonly diagnostics: Diagnostic[];
  toJSON(): { [key: string]: unknown };
  free(): void;
  [Symbol.dispose](): void;
}

export type {
  Candidate, CheckOptions, Cost, Costed, Diagnostic, Dialect, Edit, Ends, Explanation, Fixed, Hover, Json, Kind,
  ModuleSource, Redaction, RedactionOptions, Report, Shape, Source, SourceOptions, Span, Text, Token,
} from './index.js';
