// What the engine answers to what the user has chosen. Each question is asked anew when what it depends on changes; the
// former answer stays until the new one is there, so that nothing jumps.

import { computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type {
  Audited, Captured, CheckedProbes, Diagnostic, Difference, Evaluation, Kind, Listing, Rendered, Replayed, Report, Text, Traced,
} from 'probelang';
import type { Client, DataHandle } from 'probelang/worker';

import { engine, loading, wasReplaced } from './engine';
import { probeAround, programs, type Carried } from './programs';
import * as state from './state';

/** An answer that comes later. */
export interface Answer<T> {
  readonly value: ReadonlySignal<T | null>;
  /** Whether a newer answer is on its way for longer than the eye forgives. */
  readonly busy: ReadonlySignal<boolean>;
  readonly failed: ReadonlySignal<string | null>;
}

/** After so many milliseconds without an answer the page says so. */
const PATIENCE = 200;

/**
 * Asks whenever what `ask` reads before it returns a promise has changed. `ask` gives null where there is nothing to ask.
 * Of a burst of changes only the last is asked, after `rest` milliseconds.
 */
function answer<T>(
  key: string, ask: () => ((client: Client, signal: AbortSignal) => Promise<T>) | null | undefined, rest = 0,
): Answer<T> {
  const value = signal<T | null>(null);
  const busy = signal(false);
  const failed = signal<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  effect(() => {
    const question = ask();
    asked += 1;
    const mine = asked;
    clearTimeout(timer);
    if (question === undefined) return;
    if (question === null) {
      clearTimeout(slow);
      untracked(() => { value.value = null; busy.value = false; failed.value = null; });
      return;
    }
    timer = setTimeout(async () => {
      clearTimeout(slow);
      slow = setTimeout(() => { busy.value = true; }, PATIENCE);
      try {
        const client = await engine;
        const found = await question(client, client.latest(key));
        if (mine !== asked) return;
        value.value = found;
        failed.value = null;
      } catch (error) {
        if (mine !== asked || wasReplaced(error)) return;
        failed.value = error instanceof Error ? error.message : String(error);
      }
      clearTimeout(slow);
      busy.value = false;
    }, rest);
  });
  return { value, busy, failed };
}

// ------------------------------------------------------------------------------------------------ data

/** Data that was read: a text, or one line of many. */
export interface Read {
  handle: DataHandle;
  /** The text that was read; where the data has many lines, one of them. */
  text: string;
  /** How many hits there are, and whether each is a line. */
  count: number;
  lines: boolean;
  /** What was asked for. */
  asked: Asked;
}

interface Asked { data: string; index: number; frame: string | null }

const redaction = computed(() => ({
  redact: state.redact.value, redactExclude: state.redactExclude.value, redaction: state.redaction.value,
}));

/** The handles of before: they are freed when nothing can ask with them any more. */
let former: DataHandle[] = [];

function retire(handle: DataHandle): void {
  former.push(handle);
  while (former.length > 2) former.shift()?.free();
}

async function read(client: Client, asked: Asked, signal: AbortSignal): Promise<Read> {
  const { data: text, index, frame } = asked;
  const options = { ...untracked(() => redaction.value), ...(frame === null ? {} : { frame }), signal };
  const whole = await client.open(text, { ...options, index });
  if (whole.ok) return { handle: whole, text, count: whole.count, lines: false, asked };
  // One document for each line?
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines[Math.min(index, lines.length - 1)];
  if (lines.length > 1 && line !== undefined) {
    const one = await client.open(line, options);
    const first = index === 0 ? one : await client.open(lines[0] ?? '', options);
    if (first !== one) retire(first);
    if (one.ok || first.ok) {
      whole.free();
      return { handle: one, text: line, count: lines.length, lines: true, asked };
    }
    retire(one);
  }
  return { handle: whole, text, count: whole.count, lines: false, asked };
}

export const opened = answer<Read>('data', () => {
  const asked = { data: state.data.value, index: state.index.value, frame: state.frame.value };
  void redaction.value;
  if (asked.data.trim() === '') return null;
  return async (client, signal) => {
    let found = await read(client, asked, signal);
    // A frame or a number of other data: take what there is.
    if (!found.handle.ok && (asked.frame !== null || asked.index > 0)) {
      const again = await read(client, { ...asked, index: 0, frame: null }, signal);
      if (again.handle.ok) {
        retire(found.handle);
        found = again;
        state.frame.value = null;
        state.index.value = 0;
      } else retire(again.handle);
    }
    const before = opened.value.peek();
    if (before) retire(before.handle);
    return found;
  };
}, 120);

/** Data that can be used. */
export const usable = computed(() => {
  const found = opened.value.value;
  return found?.handle.ok ? found : null;
});

// ------------------------------------------------------------------------------------------------ the expression

/** The programs of a configuration. */
export const carried = computed<Carried[]>(() => (state.mode.value === 'probe' ? programs(state.source.value) : []));

/** The expression that is looked at: that of the editor, or one of a configuration. */
export interface Expression { text: string; kind: Kind }

const chosen = answer<Expression>('program', () => {
  if (state.mode.value !== 'probe') return null;
  const one = carried.value[state.program.value] ?? carried.value[0];
  if (!one) return null;
  return async (client, signal) => {
    if (typeof one.source === 'string') return { text: one.source, kind: one.kind };
    const { ok, text } = await client.fromJson(one.source, { kind: one.kind, signal });
    return { text: ok ? text : one.label, kind: one.kind };
  };
});

export const expression = computed<Expression | null>(() => {
  const mode = state.mode.value;
  if (mode === 'probe') return chosen.value.value;
  return { text: state.source.value, kind: mode };
});

const settled = computed(() => {
  const now = expression.value;
  if (!now || now.text.trim() === '' || loading.value.state !== 'ready') return null;
  // Until the data that are there were read, the former answer stays.
  if (state.data.value.trim() !== '' && opened.failed.value === null) {
    const asked = opened.value.value?.asked;
    const isRead = asked?.data === state.data.value && asked.index === state.index.value && asked.frame === state.frame.value;
    if (!isRead) return undefined;
  }
  return { ...now, options: { kind: now.kind, dialect: state.dialect.value, ...redaction.value } };
});

export const report = answer<Report>('check', () => {
  const now = settled.value;
  const over = usable.value;
  return now && ((client, signal) => client.check(now.text, {
    ...now.options, ...(over ? { schema: over.handle } : {}), signal,
  }));
});

/** `milliseconds` from the page to the worker and back; null for the first answer, for which the engine warms up. */
export interface Result { kind: Kind; text: string; evaluated: Evaluation | Rendered; milliseconds: number | null }

let isWarm = false;

export const result = answer<Result>('run', () => {
  const now = settled.value;
  const over = usable.value;
  const { steps, time } = state.limits.value;
  return now && (async (client, signal) => {
    const options = { ...now.options, maxSteps: steps, maxTime: time, signal };
    const from = performance.now();
    const evaluated = now.kind === 'template'
      ? await client.render(now.text, over?.handle ?? {}, options)
      : await client.evaluate(now.text, over?.handle ?? {}, options);
    const milliseconds = isWarm ? performance.now() - from : null;
    isWarm = true;
    return { kind: now.kind, text: now.text, evaluated, milliseconds };
  });
});

export const traced = answer<Traced & { text: string }>('trace', () => {
  const now = settled.value;
  const over = usable.value;
  const { steps, time } = state.limits.value;
  const elements = [...state.elements.value].map(([start, index]) => ({ start, index }));
  return now && (async (client, signal) => ({
    ...await client.trace(now.text, over?.handle ?? {}, {
      ...now.options, maxSteps: steps, maxTime: time, ...(elements.length > 0 ? { elements } : {}), signal,
    }),
    text: now.text,
  }));
});

// ------------------------------------------------------------------------------------------------ what a tab asks

const shows = (tab: state.Tab) => state.tab.value === tab;

export interface Code { text: string; json: Text; paths: Traced; listing: Listing }

export const code = answer<Code>('code', () => {
  const now = settled.value;
  if (!shows('code')) return undefined;
  return now && (async (client, signal) => {
    const json = await client.toJson(now.text, { ...now.options, signal });
    const { kind, dialect } = now.options;
    // The parts of the JSON are those of the text, in the same order: its trace says where each is.
    const paths = json.ok
      ? await client.trace(json.text, {}, { kind, dialect, form: 'json', maxSteps: 1, signal })
      : { status: 'error' as const, diagnostics: [] };
    return { text: now.text, json, paths, listing: await client.disassemble(now.text, { ...now.options, signal }) };
  });
}, 60);

export const difference = answer<Difference>('diff', () => {
  const now = settled.value;
  const over = usable.value;
  const { steps, time } = state.limits.value;
  if (!shows('dialects')) return undefined;
  return now && ((client, signal) => {
    const { dialect: _, ...options } = now.options;
    return client.diff(now.text, over?.handle ?? {}, { ...options, maxSteps: steps, maxTime: time, signal });
  });
}, 150);

const captureOptions = computed(() => {
  const { depth, items, length, fields, size } = state.limits.value;
  return { maxDepth: depth, maxItems: items, maxLength: length, maxFields: fields, maxSize: size, ...redaction.value };
});

export interface Capture { captured: Captured; audited: Audited }

export const capture = answer<Capture>('capture', () => {
  const over = usable.value;
  const options = captureOptions.value;
  if (!shows('capture')) return undefined;
  return over && (async (client, signal) => ({
    captured: await client.capture(over.handle, { ...options, signal }),
    audited: await client.captureAudit(over.handle, { ...options, signal }),
  }));
}, 60);

// ------------------------------------------------------------------------------------------------ probes

export const checkedProbes = answer<CheckedProbes>('probes', () => {
  const text = state.source.value;
  if (state.mode.value !== 'probe' || text.trim() === '') return null;
  return (client, signal) => client.probeCheck(text, { ...redaction.value, byLanguage: true, signal });
}, 60);

/** Whether every recorded hit is a hit of every probe. */
export const matchAll = signal(true);

/** The configuration that is replayed: that of the editor, or one around its expression. */
export const configuration = answer<string>('configuration', () => {
  const now = state.mode.value === 'probe' ? null : settled.value;
  const text = state.source.value;
  if (state.mode.value === 'probe') return async () => text;
  const over = usable.value;
  return now && (async (client, signal) => {
    const json = await client.toJson(now.text, { ...now.options, signal });
    return probeAround(now.kind, now.text, json.ok ? json.text : null, over?.text ?? '');
  });
});

export const replay = answer<Replayed>('replay', () => {
  const config = configuration.value.value;
  const hits = state.data.value;
  const match = matchAll.value ? 'all' as const : 'location' as const;
  const dialect = state.dialect.value;
  const options = redaction.value;
  if (!shows('replay')) return undefined;
  if (config === null || hits.trim() === '') return null;
  return (client, signal) => client.probeReplay(config, hits, {
    ...options, match, dialect, maxEvents: 2_000, timeline: true, signal,
  });
}, 150);

/** What is wrong with the expression and the data, each once. */
export const problems = computed<Diagnostic[]>(() => {
  if (state.mode.value === 'probe') {
    const checked = checkedProbes.value.value;
    return checked ? [...checked.diagnostics, ...checked.probes.flatMap((probe) => probe.diagnostics)] : [];
  }
  return report.value.value?.diagnostics ?? [];
});
