// What the page opens with: what its link says, else what was open last, else the first sample.

import { effect, signal } from '@preact/signals';

import { loading } from './model/engine';
import { keep, last } from './model/history';
import { begin, FIRST } from './model/samples';
import { decode, isLink, type Link } from './model/share';
import * as state from './model/state';

/** What a link that was opened says of itself, or why it could not be. */
export const arrived = signal<{ link: Link | null; complaint: string | null } | null>(null);

async function follow(): Promise<boolean> {
  if (!isLink(location.hash)) return false;
  try {
    const link = await decode(location.hash);
    state.restore(link.work);
    arrived.value = { link, complaint: null };
    return true;
  } catch (error) {
    arrived.value = { link: null, complaint: error instanceof Error ? error.message : String(error) };
    return false;
  }
}

export async function reset(): Promise<void> {
  state.restore(await begin(FIRST));
  arrived.value = null;
  history.replaceState(null, '', location.pathname + location.search);
}

export async function start(): Promise<void> {
  if (!(await follow())) state.restore(last() ?? await begin(FIRST));
  keep();
  addEventListener('hashchange', () => { void follow(); });
  effect(() => {
    const theme = state.theme.value;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    try {
      localStorage.setItem('probelang.theme', theme);
    } catch {
      // Without storage the theme lasts as long as the page.
    }
  });
  // For tests: the page is ready when the engine is, or cannot be.
  effect(() => { document.documentElement.dataset['engine'] = loading.value.state; });
}
