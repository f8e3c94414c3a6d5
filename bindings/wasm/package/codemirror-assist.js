// Completion and hover.

import { hoverTooltip } from '@codemirror/view';
import { forEachDiagnostic } from '@codemirror/lint';
import { orGivenUp } from './codemirror-session.js';

/** The icon of a candidate, by its kind. */
const ICONS = {
  name: 'variable',
  'at-name': 'constant',
  member: 'property',
  key: 'text',
  function: 'function',
  operator: 'keyword',
  keyword: 'keyword',
};

/** After these characters a list opens by itself. */
const OPENS = /[\p{L}\p{N}_$@."'`[]/u;

export function completions(session) {
  return async (context) => {
    const { doc } = context.state;
    const source = doc.toString();
    if (!context.explicit && !OPENS.test(source.slice(0, context.pos).slice(-1))) return null;
    const found = await orGivenUp(async () => {
      const options = await session.checkOptions(context.view ?? context, 'complete');
      return session.engine.complete(source, context.pos, undefined, options);
    });
    if (!found?.length || context.aborted) return null;

    const { start: from, end: to } = found[0].edit.changes[0].span.utf16;
    const typed = source.slice(from, context.pos);
    return {
      from,
      to,
      // The engine has chosen and ordered them.
      filter: false,
      options: found.filter((candidate) => sits(candidate, from, to)).map(option),
      getMatch: ({ label }) => (typed && label.startsWith(typed) ? [0, typed.length] : []),
    };
  };
}

/** CodeMirror has one place for all candidates of a list. */
function sits({ edit }, from, to) {
  const { start, end } = edit.changes[0].span.utf16;
  return edit.changes.length === 1 && start === from && end === to;
}

function option({ label, kind, type, docs, edit }) {
  return { label, type: ICONS[kind], detail: type ?? undefined, info: docs || undefined, apply: edit.changes[0].text };
}

export function hovers(session) {
  return hoverTooltip(
    async (view, pos, side) => {
      // What is wrong has a tooltip of its own.
      if (troubled(view.state, pos)) return null;
      const offset = side < 0 ? Math.max(pos - 1, 0) : pos;
      const source = view.state.doc.toString();
      const found = await orGivenUp(async () =>
        session.engine.hover(source, offset, undefined, await session.checkOptions(view, 'hover')));
      if (!found) return null;
      const { start, end } = found.span.utf16;
      return { pos: start, end, above: true, create: () => ({ dom: card(found) }) };
    },
    { hideOnChange: true },
  );
}

function troubled(state, pos) {
  let found = false;
  forEachDiagnostic(state, (_, from, to) => {
    found ||= from <= pos && pos <= to;
  });
  return found;
}

function card({ type, docs }) {
  const dom = document.createElement('div');
  dom.className = 'cm-probelang-hover';
  if (type) dom.append(part('code', 'cm-probelang-hover-type', type));
  if (docs) dom.append(part('p', 'cm-probelang-hover-docs', docs));
  return dom;
}

function part(tag, name, text) {
  const dom = document.createElement(tag);
  dom.className = name;
  dom.textContent = text;
  return dom;
}
