// Sharing, history, the command line, settings, keys, and the menu of a narrow screen.

import { computed, effect, signal } from '@preact/signals';

import { problems } from '../model/answers';
import { ACTIONS } from '../model/actions';
import { command } from '../model/command';
import { open } from '../model/dialogs';
import { loading } from '../model/engine';
import { clear, entries, forget } from '../model/history';
import { KEYS } from '../model/keys';
import { markdown, markdownLink } from '../model/markdown';
import { set, settings, DEFAULTS, SIZES } from '../model/settings';
import { encode } from '../model/share';
import * as state from '../model/state';
import { DIALECTS, MODES, THEMES, restore, work } from '../model/state';
import { bytes } from '../model/values';
import { verdict } from '../model/verdict';
import { Copy, Dialog } from './dialog';

// ------------------------------------------------------------------------------------------------ sharing

const withData = signal(true);
const link = signal('');

const version = (): string => (loading.value.state === 'ready' ? loading.value.version : '');

effect(() => {
  if (open.value !== 'share') return;
  const [now, engine, all] = [work(), version(), withData.value];
  void encode(now, engine, all).then((fragment) => {
    const { origin, pathname } = location;
    link.value = `${origin === 'null' ? 'file://' : origin}${pathname}#${fragment}`;
  });
});

/** Some browsers and chats cut longer addresses, in characters. */
const LONG = 8_000;

const asMarkdown = (): string => markdown({
  work: work(), said: verdict(), problems: problems.value, engine: version(), link: link.value, withData: withData.value,
});

export function ShareDialog() {
  const address = link.value;
  return (
    <Dialog name="share" title="Share">
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
        {bytes(address.length)}, with engine {version() || '?'} and
        runtime {DIALECTS.find(({ dialect }) => dialect === state.dialect.value)?.name}.
        {address.length > LONG && <b> So long a link may be cut in chats and mails: leave the data out, or send the file.</b>}
      </p>
      <div class="also">
        <Copy text={() => markdownLink(address)} label="Copy Markdown link" primary={false} />
        <Copy text={asMarkdown} label="Copy as Markdown" primary={false} />
        <span class="kind">With the expression, the answer and what is wrong: for an issue or a chat.</span>
      </div>
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ history

export function HistoryDialog() {
  const all = entries.value;
  const { keep } = settings.value;
  return (
    <Dialog name="history" title="History">
      <p class="kind">{keep ? 'What you worked on, newest first. It is kept in this browser only.' : 'Nothing is kept: see the settings.'}</p>
      {keep && all.length === 0 && <p class="empty">Nothing yet. An expression is kept when it has rested for a few seconds.</p>}
      {all.length > 0 && (
        <ul class="history">
          {all.map(({ at, work: kept }) => (
            <li key={at}>
              <button type="button" class="entry" onClick={() => {
                restore(kept);
                open.value = null;
              }}>
                <code>{kept.sources[kept.mode].slice(0, 160)}</code>
                <span class="kind">{MODES.find(({ mode }) => mode === kept.mode)?.name}, {new Date(at).toLocaleString()}</span>
              </button>
              <button type="button" class="button icon quiet" aria-label="Forget it" onClick={() => forget(at)}>×</button>
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
    <Dialog name="command" title="As a command">
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

// ------------------------------------------------------------------------------------------------ settings

interface ChoiceProps<T extends string> { legend: string; all: readonly T[]; value: T; change: (to: T) => void }

function Choice<T extends string>({ legend, all, value, change }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one} class="check"><input type="radio" name={legend} checked={one === value} onChange={() => change(one)} />{one[0]?.toUpperCase()}{one.slice(1)}</label>
      ))}
    </fieldset>
  );
}

export function SettingsDialog() {
  const { size, wrap, keep } = settings.value;
  return (
    <Dialog name="settings" title="Settings">
      <Choice legend="Theme" all={THEMES} value={state.theme.value} change={(to) => { state.theme.value = to; }} />
      <Choice legend="Text of the editors" all={SIZES} value={size} change={(to) => set({ size: to })} />
      <label class="check">
        <input type="checkbox" checked={wrap} onChange={(event) => set({ wrap: event.currentTarget.checked })} />Break long lines of the data
      </label>
      <label class="check">
        <input type="checkbox" checked={keep} onChange={(event) => set({ keep: event.currentTarget.checked })} />
        <span>Keep my work in this browser<span class="kind">for the history, and for when the page is opened again</span></span>
      </label>
      <p><button type="button" class="button" onClick={() => { set({ left: DEFAULTS.left, top: DEFAULTS.top }); }}>Put the panes back in place</button></p>
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ keys

export function KeysDialog() {
  return (
    <Dialog name="keys" title="Keys">
      <div class="keys">
        {KEYS.map(({ where, keys }) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl>
              {keys.map((key) => (
                <div key={key.keys}><dt>{key.keys.split(' ').map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{key.does}</dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

// ------------------------------------------------------------------------------------------------ a narrow screen

export function MoreDialog() {
  return (
    <Dialog name="more" title="More">
      <ul class="menu">
        {ACTIONS.map(({ name, about, run }) => (
          <li key={name}>
            <button type="button" class="entry" onClick={() => { open.value = null; run(); }}><b>{name}</b><span class="kind">{about}</span></button>
          </li>
        ))}
        <li><a class="entry" href="./docs/playground.html" target="_blank" rel="noreferrer"><b>Help</b><span class="kind">the guide of this page</span></a></li>
      </ul>
    </Dialog>
  );
}

export function Dialogs() {
  return <><ShareDialog /><HistoryDialog /><CommandDialog /><SettingsDialog /><KeysDialog /><MoreDialog /></>;
}
