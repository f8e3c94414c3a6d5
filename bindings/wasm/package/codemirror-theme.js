// How it looks: colours for light and dark editors. Every class can be restyled by a theme of yours.

import { Compartment } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';

/** A colour for light and one for dark editors; both have a contrast of at least 4.5 to the ground. */
const COLOURS = {
  keyword: ['#7a2fa8', '#d6a6f5'],
  name: ['#1a4f9c', '#9cc4ff'],
  member: ['#1d5f6e', '#8fd7e6'],
  'at-name': ['#9a3a00', '#ffb482'],
  function: ['#6b4d00', '#ecd07c'],
  'type-name': ['#1d6b45', '#8fe0b8'],
  string: ['#2c6a1c', '#a6de94'],
  number: ['#9a2356', '#ff9dc0'],
  operator: ['#555555', '#bbbbbb'],
  bracket: ['#555555', '#bbbbbb'],
  punctuation: ['#555555', '#bbbbbb'],
  escape: ['#9a3a00', '#ffb482'],
  bad: ['#b3261e', '#ff8f88'],
};

const rules = {};
for (const [name, [light, dark]] of Object.entries(COLOURS)) {
  rules[`&light .cm-probelang-${name}`] = { color: light };
  rules[`&dark .cm-probelang-${name}`] = { color: dark };
}

const base = EditorView.baseTheme({
  ...rules,
  '.cm-probelang-bad': { textDecoration: 'underline dotted' },
  '.cm-probelang-skipped': { opacity: '0.55' },
  '.cm-probelang-value': { marginLeft: '0.5ch', fontSize: '85%', borderRadius: '3px', padding: '0 0.5ch', whiteSpace: 'pre' },
  '&light .cm-probelang-value': { color: '#4d5560', backgroundColor: '#eceff3' },
  '&dark .cm-probelang-value': { color: '#b6c0cc', backgroundColor: '#2c333c' },
  '&light .cm-probelang-value-fault': { color: '#b3261e' },
  '&dark .cm-probelang-value-fault': { color: '#ff8f88' },
  '.cm-probelang-note': { fontSize: '90%', opacity: '0.85' },
  '.cm-probelang-hover': { padding: '4px 8px', maxWidth: '60ch' },
  '.cm-probelang-hover-docs': { margin: '4px 0 0' },
  '.cm-probelang-explain': { padding: '6px 10px', maxHeight: '16em', overflow: 'auto' },
  '.cm-probelang-explain-head': { display: 'flex', gap: '1ch', alignItems: 'baseline' },
  '.cm-probelang-explain-close': {
    marginLeft: 'auto', border: 'none', background: 'none', color: 'inherit', cursor: 'pointer', font: 'inherit',
  },
  '.cm-probelang-explain-code': { color: 'inherit' },
  '.cm-probelang-explain-text': { whiteSpace: 'pre-wrap', marginTop: '4px' },
  '.cm-probelang-explain-example': { margin: '4px 0 0', overflow: 'auto' },
});

const light = EditorView.theme({ '&': { color: '#1f2328', backgroundColor: '#ffffff' } }, { dark: false });

const dark = EditorView.theme(
  {
    '&': { color: '#e6e9ed', backgroundColor: '#1b1f24' },
    '.cm-content': { caretColor: '#e6e9ed' },
    '.cm-cursor, .cm-dropCursor': { borderLeftColor: '#e6e9ed' },
    '.cm-gutters': { backgroundColor: '#1b1f24', color: '#7d8590', borderRightColor: '#30363d' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: '#22272e' },
    '.cm-panels': { backgroundColor: '#22272e', color: '#e6e9ed' },
    '.cm-tooltip': { backgroundColor: '#2a3038', color: '#e6e9ed', border: '1px solid #444c56' },
  },
  { dark: true },
);

export function look(theme) {
  switch (theme) {
    case 'light':
      return [base, light];
    case 'dark':
      return [base, dark];
    case 'system':
      return [base, followSystem()];
    default:
      // The theme of the editor says whether it is dark.
      return base;
  }
}

function followSystem() {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  const compartment = new Compartment();
  const chosen = () => (query.matches ? dark : light);
  const follower = ViewPlugin.define((view) => {
    const follow = () => view.dispatch({ effects: compartment.reconfigure(chosen()) });
    query.addEventListener('change', follow);
    return { destroy: () => query.removeEventListener('change', follow) };
  });
  return [compartment.of(chosen()), follower];
}
