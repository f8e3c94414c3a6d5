// Diagnostics with quick fixes.

import { forEachDiagnostic, linter } from '@codemirror/lint';
import { orGivenUp, outdated } from './codemirror-session.js';
import { explain } from './codemirror-explain.js';

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' };

export function lints(session, delay) {
  return linter(
    async (view) => {
      const source = view.state.doc.toString();
      if (source.trim() === '') return [];
      const report = await orGivenUp(async () => session.engine.check(source, await session.checkOptions(view, 'check')));
      return report ? report.diagnostics.map((diagnostic) => show(session, source, diagnostic)) : [];
    },
    { delay, needsRefresh: outdated },
  );
}

function show(session, source, diagnostic) {
  const { from, to } = placeOf(diagnostic, source.length);
  const actions = diagnostic.edits.map((edit) => ({
    name: edit.title,
    apply: (view, now) => change(view, edit, source, now - from),
  }));
  if (typeof session.engine.explain === 'function') {
    actions.push({
      name: `Explain ${diagnostic.code}`,
      explains: true,
      apply: (view) => explain(view, session.engine, diagnostic.code),
    });
  }
  return {
    from,
    to,
    severity: SEVERITIES[diagnostic.severity] ?? 'info',
    message: diagnostic.message,
    renderMessage: () => message(diagnostic, source),
    actions,
  };
}

/** What is wrong elsewhere, for example in the schema, is shown at the start. */
function placeOf({ source, span }, length) {
  if (!span || source !== '<expression>') return { from: 0, to: 0 };
  const { start, end } = span.utf16;
  return { from: Math.min(start, length), to: Math.min(end, length) };
}

function message({ message: text, labels, notes }, source) {
  const dom = document.createElement('div');
  const lines = [
    text,
    ...labels.map(({ span, text: label }) => `${source.slice(span.utf16.start, span.utf16.end)}: ${label}`),
    ...notes,
  ];
  lines.forEach((line, index) => {
    const part = document.createElement('div');
    part.className = index === 0 ? 'cm-probelang-message' : 'cm-probelang-note';
    part.textContent = line;
    dom.append(part);
  });
  return dom;
}

/** Makes the changes of an edit, if what they replace is still there, `moved` by what was typed in front of it. */
function change(view, edit, source, moved) {
  const { doc } = view.state;
  const changes = edit.changes.map(({ span, text }) => ({
    from: span.utf16.start + moved,
    to: span.utf16.end + moved,
    insert: text,
    was: source.slice(span.utf16.start, span.utf16.end),
  }));
  const still = changes.every(({ from, to, was }) => from >= 0 && to <= doc.length && doc.sliceString(from, to) === was);
  if (still) view.dispatch({ changes, userEvent: 'input.fix', scrollIntoView: true });
  return still;
}

/** Makes the first fix of what is wrong at the cursor. */
export function fixAtCursor(view) {
  const { head } = view.state.selection.main;
  let fix = null;
  forEachDiagnostic(view.state, (diagnostic, from, to) => {
    if (fix || head < from || head > to) return;
    const action = diagnostic.actions?.find((one) => !one.explains);
    if (action) fix = () => action.apply(view, from, to);
  });
  fix?.();
  return fix !== null;
}
