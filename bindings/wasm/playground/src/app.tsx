// The page: header, expression and data, the answer, and the tabs below.

import { loading } from './model/engine';
import { DEFAULTS, set, settings } from './model/settings';
import * as state from './model/state';
import { TABS, type Tab } from './model/state';
import { DataPane } from './panes/data';
import { ExpressionPane } from './panes/expression';
import { Measure, Verdict } from './panes/verdict';
import { WhyPane } from './panes/why';
import { Dialogs } from './parts/dialogs';
import { ExplainDialog } from './parts/explain';
import { Header } from './parts/header';
import { lazy } from './parts/lazy';
import { SamplesDialog } from './parts/samples';
import { Splitter } from './parts/splitter';
import { arrived } from './start';

const NAMES: Record<Tab, { name: string; about: string }> = {
  why: { name: 'Why', about: 'the value of each part' },
  code: { name: 'Code', about: 'tree, wire JSON and bytecode' },
  dialects: { name: 'Dialects', about: 'what each runtime answers' },
  cost: { name: 'Cost', about: 'steps and limits' },
  capture: { name: 'Capture', about: 'what a snapshot would contain' },
  replay: { name: 'Replay', about: 'a probe over many hits' },
};

const PANES: Record<Tab, () => preact.JSX.Element> = {
  why: WhyPane,
  code: lazy(() => import('./panes/code').then(({ CodePane }) => CodePane)),
  dialects: lazy(() => import('./panes/dialects').then(({ DialectsPane }) => DialectsPane)),
  cost: lazy(() => import('./panes/cost').then(({ CostPane }) => CostPane)),
  capture: lazy(() => import('./panes/capture').then(({ CapturePane }) => CapturePane)),
  replay: lazy(() => import('./panes/replay').then(({ ReplayPane }) => ReplayPane)),
};

function Tabs() {
  const current = state.tab.value;
  const move = (event: KeyboardEvent): void => {
    const at = TABS.indexOf(current);
    const to = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1
      : event.key === 'Home' ? 0 : event.key === 'End' ? TABS.length - 1 : -1;
    if (to < 0 && event.key !== 'ArrowLeft') return;
    event.preventDefault();
    const next = TABS[(to + TABS.length) % TABS.length] as Tab;
    state.tab.value = next;
    requestAnimationFrame(() => document.getElementById(`tab-${next}`)?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label="About the answer" onKeyDown={move}>
      {TABS.map((tab) => (
        <button
          key={tab} id={`tab-${tab}`} type="button" role="tab" class="tab" title={NAMES[tab].about}
          aria-selected={tab === current} aria-controls="panel" tabIndex={tab === current ? 0 : -1}
          onClick={() => { state.tab.value = tab; }}
        >{NAMES[tab].name}</button>
      ))}
    </div>
  );
}

function Notice() {
  const from = arrived.value;
  if (!from) return null;
  const engine = loading.value.state === 'ready' ? loading.value.version : null;
  const { link, complaint } = from;
  const other = link && engine !== null && link.engine !== '' && link.engine !== engine;
  return (
    <div class="notice" data-wrong={complaint !== null} role="status">
      <p>
        {complaint ?? <>Opened from a link{link?.engine ? ` made with engine ${link.engine}` : ''}.
          {other ? ` This page runs engine ${engine}: answers may differ.` : ''}
          {link?.work.data.trim() === '' ? ' The link has no data.' : ''}</>}
      </p>
      <button type="button" class="button icon" aria-label="Dismiss" onClick={() => { arrived.value = null; }}>×</button>
    </div>
  );
}

export function App() {
  const Pane = PANES[state.tab.value];
  const { left, top } = settings.value;
  return (
    <>
      <a class="skip" href="#panel">Skip to the answer</a>
      <Header />
      <Notice />
      <main class="work" style={{ '--left': `${left}%`, '--top': `${top}%` }}>
        <h1 class="sr">probelang playground</h1>
        <div class="inputs">
          <ExpressionPane />
          <Splitter axis="x" label="Width of the expression" value={left} usual={DEFAULTS.left} change={(to) => set({ left: to })} />
          <DataPane />
        </div>
        <Splitter axis="y" label="Height of the editors" value={top} usual={DEFAULTS.top} change={(to) => set({ top: to })} />
        <section class="pane pane-answer" aria-label="Answer">
          <Verdict />
          <div class="tabs-row"><Tabs /><Measure /></div>
          <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${state.tab.value}`} tabIndex={0}>
            <Pane />
          </div>
        </section>
      </main>
      <ExplainDialog />
      <SamplesDialog />
      <Dialogs />
    </>
  );
}
