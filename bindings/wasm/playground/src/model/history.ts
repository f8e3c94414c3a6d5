// What was worked on in this browser: the last works, and the current one for when the page is opened again.

import { effect, signal } from '@preact/signals';

import { settings } from './settings';
import type { Work } from './state';
import { mode, source, work } from './state';

const CURRENT = 'probelang.work';
const PAST = 'probelang.history';

/** So many works are kept. */
const MOST = 30;

/** Data above so many characters is not kept. */
const LARGEST = 200_000;

/** A work is kept when it has rested for so long, in milliseconds. */
const REST = 4_000;

export interface Entry { at: number; work: Work }

function get<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

function put(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // No storage, or no room in it: then nothing is kept.
  }
}

const isWork = (value: unknown): value is Work =>
  typeof value === 'object' && value !== null && typeof (value as Work).data === 'string'
  && typeof (value as Work).sources?.condition === 'string' && typeof (value as Work).limits?.size === 'number';

export const entries = signal<Entry[]>((get<Entry[]>(PAST) ?? []).filter((entry) => isWork(entry?.work)));

/** What was open last. */
export function last(): Work | null {
  const kept = get<Work>(CURRENT);
  return isWork(kept) ? kept : null;
}

export function forget(at: number): void {
  entries.value = entries.value.filter((entry) => entry.at !== at);
  put(PAST, entries.value);
}

export function clear(): void {
  entries.value = [];
  put(PAST, []);
}

function note(kept: Work): void {
  const text = kept.sources[kept.mode];
  if (text.trim() === '') return;
  const others = entries.peek().filter((entry) => entry.work.mode !== kept.mode || entry.work.sources[kept.mode] !== text);
  entries.value = [{ at: Date.now(), work: kept }, ...others].slice(0, MOST);
  put(PAST, entries.peek());
}

/** Removes all that is kept. */
function drop(): void {
  if (entries.peek().length > 0) entries.value = [];
  try {
    localStorage.removeItem(CURRENT);
    localStorage.removeItem(PAST);
  } catch {
    // Nothing is kept where there is no storage.
  }
}

/** Keeps what is worked on from now on, unless the settings say otherwise. */
export function keep(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let noted = `${mode.peek()} ${source.peek()}`;
  effect(() => {
    const now = work();
    if (!settings.value.keep) {
      clearTimeout(timer);
      clearTimeout(resting);
      drop();
      return;
    }
    const kept = now.data.length > LARGEST ? { ...now, data: '', sample: null } : now;
    clearTimeout(timer);
    timer = setTimeout(() => put(CURRENT, kept), 300);
    clearTimeout(resting);
    resting = setTimeout(() => {
      const current = `${mode.peek()} ${source.peek()}`;
      if (current === noted) return;
      noted = current;
      note(kept);
    }, REST);
  });
}
