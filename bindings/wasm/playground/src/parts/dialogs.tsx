// Sharing, history, the command line.

import { computed, effect, signal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { configuration } from '../model/answers';
import { command } from '../model/command';
import { loading } from '../model/engine';
import { clear, entries, forget } from '../model/history';
import { encode } from '../model/share';
import * as state from '../model/state';
import { DIALECTS, MODES, restore, work } from '../model/state';
import { bytes } from '../model/values';

export const sharing = signal(false);
export const recalling = signal(false);
export const commanding = signal(false);

/** A dialog that is open while `open` is true. */
function Dialog({ open, id, title, children }: { open: Signal<boolean>; id: string; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const wanted = open.value;
  useEffect(() => {
    if (wanted && !dialog.current?.open) dialog.current?.showModal();
  }, [wanted]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={() => { open.value = false; }}
      onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      {wanted && (
        <div class="dialog-body">
          <header>
            <h2 id={id}>{title}</h2>
            <button type="button" class="button icon" aria-label="Close" onClick={() => dialog.current?.close()}>×</button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

/** Copies a text; says so on the button. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const done = useRef(signal<'no' | 'yes' | 'failed'>('no')).current;
  return (
    <button type="button" class="button primary copy" onClick={() => {
      navigator.clipboard.writeText(text).then(() => { done.value = 'yes'; }, () => { done.value = 'failed'; });
      setTimeout(() => { done.value = 'no'; }, 2_000);
    }}>
      <span aria-live="polite">{done.value === 'yes' ? 'Copied' : done.value === 'failed' ? 'Select and copy it' : label}</span>
    </button>
  );
}

// ------------------------------------------------------------------------------------------------ sharing

const withData = signal(true);
const link = signal<string | null>(null);

effect(() => {
  if (!sharing.value) return;
  const [now, engine, all] = [work(), loading.value, withData.value];
  void encode(now, engine.state === 'ready' ? engine.version : '', all).then((fragment) => {
    const { origin, pathname } = location;
    link.value = `${origin === 'null' ? 'file://' : origin}${pathname}#${fragment}`;
  });
});

/** Some browsers and chats cut longer addresses, in characters. */
const LONG = 8_000;

export function ShareDialog() {
  const address = link.value ?? '';
  return (
    <Dialog open={sharing} id="share-title" title="Share">
      <p class="warning" role="note">
        <strong>Whoever has the link can read what is in it{withData.value ? ', the data too' : ''}.</strong> It is not sent to a server:
        everything is in the part of the address after <code>#</code>, which browsers keep to themselves. Redaction does not
        apply to it: data are passed on as they are.
      </p>
      <label class="check">
        <input type="checkbox" checked={withData.value} onChange={(event) => { withData.value = event.currentTarget.checked; }} />
        Include the data ({bytes(state.data.value.length)})
      </label>
      <div class="copy-row">
        <input class="address" readOnly aria-label="Link" value={address} onFocus={(event) => event.currentTarget.select()} />
        <Copy text={address} label="Copy link" />
      </div>
      <p class="kind">
        {bytes(address.length)}, with engine {loading.value.state === 'ready' ? loading.value.version : '?'} and
        runtime {DIALECTS.find(({ dialect }) => dialect === state.dialect.value)?.name}.
        {address.length > LONG && <b> So long a link may be cut in chats and mails: leave the data out, or send the file.</b>}
      </p>
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ history

export function HistoryDialog() {
  const all = entries.value;
  return (
    <Dialog open={recalling} id="history-title" title="History">
      <p class="kind">What you worked on, newest first. It is kept in this browser only.</p>
      {all.length === 0
        ? <p class="empty">Nothing yet. An expression is kept when it has rested for a few seconds.</p>
        : (
          <ul class="history">
            {all.map(({ at, work: kept }) => (
              <li key={at}>
                <button type="button" class="entry" onClick={() => {
                  restore(kept);
                  document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
                }}>
                  <code>{kept.sources[kept.mode].slice(0, 160)}</code>
                  <span class="kind">{MODES.find(({ mode }) => mode === kept.mode)?.name}, {new Date(at).toLocaleString()}</span>
                </button>
                <button type="button" class="button icon" aria-label="Forget it" onClick={() => forget(at)}>×</button>
              </li>
            ))}
          </ul>
        )}
      {all.length > 0 && <p><button type="button" class="button" onClick={clear}>Forget all</button></p>}
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ command line

const explaining = signal(false);
const line = computed(() => command(work(), explaining.value));

export function CommandDialog() {
  const isProbe = state.mode.value === 'probe';
  return (
    <Dialog open={commanding} id="command-title" title="As a command">
      <p class="kind">The same engine on the command line{isProbe ? ', with the configuration in probes.json' : ''}.</p>
      {!isProbe && (
        <label class="check">
          <input type="checkbox" checked={explaining.value} onChange={(event) => { explaining.value = event.currentTarget.checked; }} />
          Explain the answer
        </label>
      )}
      <pre class="example" tabIndex={0} aria-label="Command">{line.value}</pre>
      <p><Copy text={line.value} /></p>
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ download

/** Saves the probe file: the configuration of the editor, or one around its expression. */
export function download(): void {
  const text = configuration.value.peek();
  if (text === null) return;
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const anchor = Object.assign(document.createElement('a'), { href: address, download: 'probes.json' });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
