// What can be done with the work, besides changing it: the buttons of the bar at the top.

import { reset } from '../start';
import { configuration } from './answers';
import { open } from './dialogs';
import { tidy } from './fix';

/** Saves the probe file: the configuration of the editor, or one around its expression. */
function download(): void {
  const text = configuration.value.peek();
  if (text === null) return;
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const anchor = Object.assign(document.createElement('a'), { href: address, download: 'probes.json' });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

export interface Action {
  name: string;
  about: string;
  run: () => void;
  /** What it looks like in the bar. */
  icon?: string;
  /** Whether a wide page has its button elsewhere. */
  elsewhere?: boolean;
}

export const ACTIONS: readonly Action[] = [
  { name: 'Format', about: 'write the expression in canonical form', run: () => void tidy(), elsewhere: true },
  { name: 'Command', about: 'the same on the command line', run: () => { open.value = 'command'; } },
  { name: 'Download', about: 'a probe file with this', run: download },
  { name: 'History', about: 'what you worked on in this browser', run: () => { open.value = 'history'; } },
  { name: 'Reset', about: 'back to the first sample', run: () => void reset() },
  { name: 'Settings', about: 'theme, size of the text, what is kept', run: () => { open.value = 'settings'; }, icon: '⚙' },
  { name: 'Keys', about: 'what the keyboard does', run: () => { open.value = 'keys'; }, icon: '⌨' },
];
