// The bar at the top: samples, the runtime, sharing, history, theme.

import { signal } from '@preact/signals';

import { loading } from '../model/engine';
import { begin, SAMPLES } from '../model/samples';
import * as state from '../model/state';
import { DIALECTS, type Theme } from '../model/state';
import { arrived, reset } from '../start';
import { commanding, download, recalling, sharing } from './dialogs';

const failed = signal(false);

async function choose(id: string): Promise<void> {
  const sample = SAMPLES.find((one) => one.id === id);
  if (!sample) return;
  failed.value = false;
  try {
    state.restore(await begin(sample));
    arrived.value = null;
  } catch {
    failed.value = true;
  }
}

function Samples() {
  const groups = [...new Set(SAMPLES.map(({ group }) => group))];
  return (
    <label class="field">
      <select class="sample" aria-label="Sample" value="" onChange={(event) => {
        void choose(event.currentTarget.value);
        event.currentTarget.value = '';
      }}>
        <option value="" disabled hidden>{failed.value ? 'Could not be loaded' : 'Samples'}</option>
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {SAMPLES.filter((sample) => sample.group === group).map(({ id, name, about }) => (
              <option key={id} value={id} title={about}>{name}</option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const THEMES: Record<Theme, string> = { system: '◐', light: '☀', dark: '☾' };

export function Header() {
  const engine = loading.value;
  const theme = state.theme.value;
  return (
    <header class="top">
      <span class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><rect width="24" height="24" rx="6" fill="var(--accent)" /><path d="M5 12h4l2-5 3 10 2-5h3" fill="none" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" /></svg>
        <b>probelang</b> <span>playground</span>
      </span>
      <Samples />
      <label class="field"><span class="label">Runtime</span>
        <select aria-label="Runtime" value={state.dialect.value} onChange={(event) => { state.dialect.value = event.currentTarget.value; }}>
          {DIALECTS.map(({ dialect, name }) => <option key={dialect} value={dialect}>{name}</option>)}
        </select>
      </label>
      <span class="grow" />
      <span class="local" title="The Content Security Policy of this page allows no other address than its own">
        <span class="dot" data-state={engine.state} aria-hidden="true" />Nothing leaves this page
        <span class="version">{engine.state === 'ready' ? `engine ${engine.version}` : engine.state === 'loading' ? 'loading …' : 'no engine'}</span>
      </span>
      <nav class="actions" aria-label="Work">
        <button type="button" class="button" onClick={() => { commanding.value = true; }}>Command</button>
        <button type="button" class="button" onClick={download}>Download</button>
        <button type="button" class="button" onClick={() => { recalling.value = true; }}>History</button>
        <button type="button" class="button" onClick={() => void reset()}>Reset</button>
        <button type="button" class="button primary" onClick={() => { sharing.value = true; }}>Share</button>
        <button type="button" class="button icon" aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`} title={`Theme: ${theme}`}
          onClick={() => { state.theme.value = NEXT[theme]; }}><span aria-hidden="true">{THEMES[theme]}</span></button>
        <a class="button quiet" href="./docs/playground.html" target="_blank" rel="noreferrer">Help</a>
      </nav>
    </header>
  );
}
