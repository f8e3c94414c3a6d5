// What the page opens with: what its address says, else what was open last, else the first sample.

import { effect, signal } from '@preact/signals';

import { loading } from './model/engine';
import { keep, last } from './model/history';
import { listen } from './model/keys';
import { addressOf, begin, FIRST, named, type Sample } from './model/samples';
import { decode, isLink, type Link } from './model/share';
import * as state from './model/state';

/** What an address that was opened says of itself, or why it could not be. */
export const arrived = signal<{ link: Link | null; complaint: string | null } | null>(null);

/** Whether the sample that was chosen last could not be loaded. */
export const failed = signal(false);

/** Writes the address without anything in it. */
const forgetAddress = (): void => history.replaceState(null, '', location.pathname + location.search);

let stop = (): void => {};

/** Takes over a work that an address describes. As soon as something is changed the address no longer says what it is. */
function arrive(work: state.Work): void {
  stop();
  state.restore(work);
  let first = true;
  stop = effect(() => {
    state.work();
    if (!first) forgetAddress();
    first = false;
  });
}

/** Opens a sample. */
export async function choose(sample: Sample): Promise<boolean> {
  failed.value = false;
  try {
    const work = await begin(sample);
    arrived.value = null;
    history.replaceState(null, '', addressOf(sample));
    arrive(work);
    return true;
  } catch {
    failed.value = true;
    return false;
  }
}

async function follow(): Promise<boolean> {
  const fragment = location.hash;
  const sample = named(fragment);
  if (sample) return choose(sample);
  if (!isLink(fragment)) return false;
  try {
    const link = await decode(fragment);
    arrive(link.work);
    arrived.value = { link, complaint: null };
    return true;
  } catch (error) {
    arrived.value = { link: null, complaint: error instanceof Error ? error.message : String(error) };
    return false;
  }
}

export async function reset(): Promise<void> {
  const work = await begin(FIRST);
  stop();
  state.restore(work);
  arrived.value = null;
  forgetAddress();
}

export async function start(): Promise<void> {
  if (!(await follow())) state.restore(last() ?? await begin(FIRST));
  keep();
  listen();
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
