// What the user has chosen. Everything that is computed of it is in `answers.ts`.

import { computed, signal } from '@preact/signals';
import type { Dialect, Kind, Redaction } from 'probelang';

/** What the editor contains: an expression of some kind, or a whole configuration. */
export type Mode = Kind | 'probe';

export const MODES: readonly { mode: Mode; name: string; about: string }[] = [
  { mode: 'condition', name: 'Condition', about: 'decides whether the probe fires' },
  { mode: 'template', name: 'Template', about: 'the message of a log probe' },
  { mode: 'metric', name: 'Metric', about: 'the number that a metric probe sends' },
  { mode: 'value', name: 'Value', about: 'any expression' },
  { mode: 'probe', name: 'Probes', about: 'a whole configuration' },
];

export const DIALECTS: readonly { dialect: Dialect; name: string }[] = [
  { dialect: 'portable', name: 'Portable' },
  { dialect: 'java', name: 'Java' },
  { dialect: 'dotnet', name: '.NET' },
  { dialect: 'python', name: 'Python' },
  { dialect: 'node', name: 'Node.js' },
  { dialect: 'ruby', name: 'Ruby' },
  { dialect: 'php', name: 'PHP' },
  { dialect: 'go', name: 'Go' },
];

/** The modes of redaction, with what each hides. */
export const REDACTIONS: readonly { redaction: Redaction; name: string; about: string }[] = [
  { redaction: 'off', name: 'Off', about: 'Hides values under secret names only; texts are shown as they are.' },
  { redaction: 'targeted', name: 'Targeted', about: 'Also hides parts of texts that look like a secret: card numbers, keys, tokens, passwords in URLs.' },
  { redaction: 'strict', name: 'Strict', about: 'Also hides every text: only numbers, Booleans, null, sizes, types and names of fields are shown.' },
];

export const TABS = ['why', 'code', 'dialects', 'cost', 'capture', 'replay'] as const;
export type Tab = (typeof TABS)[number];

export interface Limits {
  steps: number;
  time: number;
  depth: number;
  items: number;
  length: number;
  fields: number;
  size: number;
}

export const LIMITS: Readonly<Limits> = {
  steps: 1_000_000, time: 1_000, depth: 3, items: 100, length: 255, fields: 20, size: 1 << 20,
};

/** Everything that a link or the history keeps. */
export interface Work {
  mode: Mode;
  sources: Record<Mode, string>;
  dialect: Dialect;
  data: string;
  /** The built-in recording that the data is, for the command line. */
  sample: string | null;
  frame: string | null;
  index: number;
  redact: string[];
  redactExclude: string[];
  redaction: Redaction;
  limits: Limits;
  tab: Tab;
}

export const mode = signal<Mode>('condition');
export const sources = signal<Record<Mode, string>>({ condition: '', template: '', metric: '', value: '', probe: '' });
export const dialect = signal<Dialect>('portable');
export const data = signal('');
export const sample = signal<string | null>(null);
export const frame = signal<string | null>(null);
export const index = signal(0);
export const redact = signal<string[]>([]);
export const redactExclude = signal<string[]>([]);
export const redaction = signal<Redaction>('off');
export const limits = signal<Limits>(LIMITS);
export const tab = signal<Tab>('why');

/** Which program of a configuration is looked at. */
export const program = signal(0);

/** The text of the editor. */
export const source = computed(() => sources.value[mode.value]);

/** Counts how often the text was set from elsewhere than the editors: they then take it over. */
export const replaced = signal(0);

export function write(text: string): void {
  sources.value = { ...sources.peek(), [mode.peek()]: text };
}

/** Sets the text of the editor from a button. */
export function rewrite(text: string): void {
  write(text);
  replaced.value += 1;
}

/** Everything as one thing. */
export function work(): Work {
  return {
    mode: mode.value,
    sources: sources.value,
    dialect: dialect.value,
    data: data.value,
    sample: sample.value,
    frame: frame.value,
    index: index.value,
    redact: redact.value,
    redactExclude: redactExclude.value,
    redaction: redaction.value,
    limits: limits.value,
    tab: tab.value,
  };
}

/** Part of a source: UTF-16 positions. */
export interface Place { start: number; end: number }

/** The part that was clicked. */
export const pinned = signal<Place | null>(null);
/** The part under the pointer. */
export const pointed = signal<Place | null>(null);
/** The part that the editor is to show, with the cursor at it. */
export const wanted = signal<Place | null>(null);
/** The position of the cursor in the expression; null while it is elsewhere. */
export const cursor = signal<number | null>(null);
/** The elements for which loops are shown, by where the loop begins. */
export const elements = signal<ReadonlyMap<number, number>>(new Map());

export function isSame(a: Place | null, b: Place | null): boolean {
  return a === b || (a !== null && b !== null && a.start === b.start && a.end === b.end);
}

/** Sets everything. What a click chose is forgotten. */
export function restore(to: Work): void {
  mode.value = to.mode;
  sources.value = to.sources;
  dialect.value = to.dialect;
  data.value = to.data;
  sample.value = to.sample;
  frame.value = to.frame;
  index.value = to.index;
  redact.value = to.redact;
  redactExclude.value = to.redactExclude;
  // the history may have work of an older playground
  redaction.value = to.redaction ?? 'off';
  limits.value = to.limits;
  tab.value = to.tab;
  program.value = 0;
  pinned.value = null;
  elements.value = new Map();
  replaced.value += 1;
}

/** The theme that was chosen, or that of the system. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(darkSystem.matches);
darkSystem.addEventListener('change', () => { systemIsDark.value = darkSystem.matches; });

export const theme = signal<Theme>((document.documentElement.dataset['theme'] as Theme | undefined) ?? 'system');
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value));
