// A dialog over the page, and a button that copies a text.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { open, type DialogName } from '../model/dialogs';

export interface DialogProps { name: DialogName; title: string; children: ComponentChildren }

/** A dialog that is open while `open` has its name. */
export function Dialog({ name, title, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const wanted = open.value === name;
  const id = `${name}-title`;
  const close = (): void => { if (open.peek() === name) open.value = null; };
  useEffect(() => {
    if (wanted && !dialog.current?.open) dialog.current?.showModal();
    if (!wanted && dialog.current?.open) dialog.current.close();
  }, [wanted]);
  return (
    <dialog ref={dialog} class="dialog" data-name={name} aria-labelledby={id} onClose={close}
      onClick={(event) => { if (event.target === dialog.current) close(); }}>
      {wanted && (
        <div class="dialog-body">
          <header>
            <h2 id={id}>{title}</h2>
            <button type="button" class="button icon quiet" aria-label="Close" onClick={close}>×</button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

export interface CopyProps { text: string | (() => string); label?: string; primary?: boolean }

/** Copies a text; says so on the button. */
export function Copy({ text, label = 'Copy', primary = true }: CopyProps) {
  const done = useRef(signal<'no' | 'yes' | 'failed'>('no')).current;
  return (
    <button type="button" class={`button copy${primary ? ' primary' : ''}`} onClick={() => {
      navigator.clipboard.writeText(typeof text === 'string' ? text : text())
        .then(() => { done.value = 'yes'; }, () => { done.value = 'failed'; });
      setTimeout(() => { done.value = 'no'; }, 2_000);
    }}>
      <span aria-live="polite">{done.value === 'yes' ? 'Copied' : done.value === 'failed' ? 'Not allowed' : label}</span>
    </button>
  );
}
