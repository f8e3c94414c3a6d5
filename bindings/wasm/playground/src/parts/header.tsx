// The bar at the top: samples, the runtime, and what can be done with the work.

import { ACTIONS } from '../model/actions';
import { open } from '../model/dialogs';
import { loading } from '../model/engine';
import * as state from '../model/state';
import { DIALECTS, type Theme } from '../model/state';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const SIGNS: Record<Theme, string> = { system: '◐', light: '☀', dark: '☾' };

export function Header() {
  const engine = loading.value;
  const theme = state.theme.value;
  return (
    <header class="top">
      <span class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><rect width="24" height="24" rx="6" fill="var(--accent)" /><path d="M5 12h4l2-5 3 10 2-5h3" fill="none" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" /></svg>
        <b>probelang</b> <span>playground</span>
      </span>
      <button type="button" class="button samples-button" aria-haspopup="dialog" onClick={() => { open.value = 'samples'; }}>Samples <span aria-hidden="true">▾</span></button>
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
        {ACTIONS.filter(({ elsewhere }) => !elsewhere).map(({ name, about, run, icon }) => (
          <button key={name} type="button" class={`button secondary${icon ? ' icon' : ''}`} title={`${name}: ${about}`} aria-label={icon ? name : undefined} onClick={run}>
            {icon ? <span aria-hidden="true">{icon}</span> : name}
          </button>
        ))}
        <button type="button" class="button icon secondary" aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`} title={`Theme: ${theme}`}
          onClick={() => { state.theme.value = NEXT[theme]; }}><span aria-hidden="true">{SIGNS[theme]}</span></button>
        <a class="button quiet secondary" href="./docs/playground.html" target="_blank" rel="noreferrer">Help</a>
        <button type="button" class="button more" aria-haspopup="dialog" onClick={() => { open.value = 'more'; }}>More</button>
        <button type="button" class="button primary" onClick={() => { open.value = 'share'; }}>Share</button>
      </nav>
    </header>
  );
}
