// The page of a code, in a panel under the editor.

import { StateEffect, StateField } from '@codemirror/state';
import { showPanel } from '@codemirror/view';
import { whenReady } from './codemirror-session.js';

const opened = StateEffect.define();

const shown = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(opened)) value = effect.value;
    return value;
  },
  provide: (field) => showPanel.from(field, (explanation) => explanation && ((view) => panel(view, explanation))),
});

export function explanations() {
  return shown;
}

export function explain(view, engine, code) {
  whenReady(view, engine.explain(code), (explanation) => {
    if (explanation) view.dispatch({ effects: opened.of(explanation) });
  });
}

export function closeExplanation(view) {
  if (!view.state.field(shown, false)) return false;
  view.dispatch({ effects: opened.of(null) });
  return true;
}

function panel(view, { code, title, text, example, url }) {
  const dom = element('div', 'cm-probelang-explain');
  const head = element('div', 'cm-probelang-explain-head');
  const linked = /^https?:/.test(url ?? '');
  const name = element(linked ? 'a' : 'span', 'cm-probelang-explain-code', code);
  if (linked) Object.assign(name, { href: url, target: '_blank', rel: 'noreferrer' });
  const close = element('button', 'cm-probelang-explain-close', '×');
  close.type = 'button';
  close.setAttribute('aria-label', 'Close');
  close.addEventListener('click', () => {
    closeExplanation(view);
    view.focus();
  });
  head.append(name, element('strong', '', title), close);
  dom.append(head, element('div', 'cm-probelang-explain-text', text));
  if (example) dom.append(element('pre', 'cm-probelang-explain-example', `probelang ${example}`));
  dom.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    closeExplanation(view);
    view.focus();
  });
  return { dom, top: false };
}

function element(tag, name, text = '') {
  const dom = document.createElement(tag);
  if (name) dom.className = name;
  dom.textContent = text;
  return dom;
}
