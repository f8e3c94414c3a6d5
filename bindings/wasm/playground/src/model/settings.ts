// How the page looks and what it keeps, in this browser. The theme is kept for itself: it is needed before the first paint.

import { effect, signal } from '@preact/signals';

export const SIZES = ['small', 'medium', 'large'] as const;
export type Size = (typeof SIZES)[number];

export interface Settings {
  /** The size of the text in the editors and of the values under it. */
  size: Size;
  /** Whether long lines of the data are broken. */
  wrap: boolean;
  /** Whether the work is kept for when the page is opened again, and in the history. */
  keep: boolean;
  /** The width of the expression and the height of the editors, in percent. */
  left: number;
  top: number;
}

export const DEFAULTS: Readonly<Settings> = { size: 'medium', wrap: true, keep: true, left: 56, top: 41 };

const KEY = 'probelang.settings';

function kept(): Settings {
  try {
    const from = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { [key: string]: unknown };
    const percent = (name: 'left' | 'top'): number => {
      const value = from[name];
      return typeof value === 'number' && value >= 20 && value <= 80 ? value : DEFAULTS[name];
    };
    return {
      size: SIZES.includes(from['size'] as Size) ? from['size'] as Size : DEFAULTS.size,
      wrap: from['wrap'] !== false,
      keep: from['keep'] !== false,
      left: percent('left'),
      top: percent('top'),
    };
  } catch {
    return DEFAULTS;
  }
}

export const settings = signal<Settings>(kept());

export function set(change: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...change };
}

effect(() => {
  const now = settings.value;
  document.documentElement.dataset['size'] = now.size;
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // Without storage they last as long as the page.
  }
});
