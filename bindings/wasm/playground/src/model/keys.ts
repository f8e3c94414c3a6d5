// The keys of the page. Those of the editors are listed only: CodeMirror has them.

import { open } from './dialogs';
import { tidy } from './fix';

/** A key of the page: with Ctrl, on a Mac with ⌘. */
interface Key { keys: string; does: string; run?: (event: KeyboardEvent) => void; when?: (event: KeyboardEvent) => boolean }

const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent);

/** Ctrl; ⌘ on a Mac. */
const mod = (event: KeyboardEvent): boolean => (isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) && !event.altKey;

const isWriting = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable="true"]') !== null;

const CTRL = isMac ? '⌘' : 'Ctrl';
const ALT = isMac ? '⌥' : 'Alt';

export const KEYS: readonly { where: string; keys: readonly Key[] }[] = [
  {
    where: 'Anywhere',
    keys: [
      { keys: `${CTRL} K`, does: 'choose a sample', when: (event) => mod(event) && event.key === 'k', run: () => { open.value = 'samples'; } },
      { keys: `${CTRL} S`, does: 'share', when: (event) => mod(event) && event.key === 's', run: () => { open.value = 'share'; } },
      {
        keys: `${CTRL} Enter`, does: 'go to the answer', when: (event) => mod(event) && event.key === 'Enter',
        run: () => document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus(),
      },
      {
        keys: `Shift ${ALT} F`, does: 'format the expression',
        when: (event) => event.altKey && event.shiftKey && event.code === 'KeyF', run: () => void tidy(),
      },
      { keys: '?', does: 'show the keys, outside of a text', when: (event) => event.key === '?' && !isWriting(event), run: () => { open.value = 'keys'; } },
    ],
  },
  {
    where: 'In the expression',
    keys: [
      { keys: `${CTRL} Space`, does: 'complete a name' },
      { keys: `${CTRL} .`, does: 'make the fix at the cursor' },
      { keys: 'F8', does: 'go to the next problem' },
      { keys: `${CTRL} Z`, does: 'undo' },
      { keys: 'Tab', does: 'leave the editor' },
    ],
  },
  {
    where: 'In the data',
    keys: [
      { keys: `${CTRL} F`, does: 'search' },
      { keys: isMac ? '⌘ ⌥ [' : 'Ctrl Shift [', does: 'fold' },
    ],
  },
  {
    where: 'Below',
    keys: [
      { keys: '← →', does: 'the next tab, the next hit, the next element' },
      { keys: 'Home End', does: 'the first, the last' },
    ],
  },
];

/** Listens to the keys of the page, before the editors do. An open dialog has its own. */
export function listen(): void {
  const own = KEYS.flatMap(({ keys }) => keys);
  addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    const key = own.find(({ when }) => when?.(event));
    if (!key?.run) return;
    event.preventDefault();
    event.stopPropagation();
    key.run(event);
  }, { capture: true });
}
