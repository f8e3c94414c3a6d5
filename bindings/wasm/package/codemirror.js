// CodeMirror 6: what an editor of expressions needs, from the engine itself.

import { EditorState } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { autocompletion } from '@codemirror/autocomplete';
import { lintKeymap } from '@codemirror/lint';
import { completions, hovers } from './codemirror-assist.js';
import { fixAtCursor, lints } from './codemirror-lint.js';
import { closeExplanation, explanations } from './codemirror-explain.js';
import { highlighting } from './codemirror-highlight.js';
import { inlineValues } from './codemirror-values.js';
import { look } from './codemirror-theme.js';
import { Session } from './codemirror-session.js';

export { refresh } from './codemirror-session.js';
export { closeExplanation, explain } from './codemirror-explain.js';
export { fixAtCursor } from './codemirror-lint.js';

const VALUES = ['off', 'lines', 'parts'];
const THEMES = ['editor', 'light', 'dark', 'system'];

export function probelang(options) {
  if (typeof options?.engine?.check !== 'function') {
    throw new TypeError('probelang: the option engine must be the engine or a client of a worker');
  }
  const { values = 'off', theme = 'editor', lintDelay = 60 } = options;
  if (!VALUES.includes(values)) throw new TypeError(`probelang: values must be one of ${VALUES.join(', ')}`);
  if (!THEMES.includes(theme)) throw new TypeError(`probelang: theme must be one of ${THEMES.join(', ')}`);
  if (typeof lintDelay !== 'number' || !(lintDelay >= 0)) {
    throw new TypeError('probelang: lintDelay must be a number of milliseconds');
  }
  const session = new Session(options);
  // The same objects each time: an editor knows its sources by them.
  const language = [{ autocomplete: completions(session), closeBrackets: { brackets: ['(', '[', '{', '"', "'"] } }];
  return [
    look(theme),
    highlighting(session),
    explanations(),
    lints(session, lintDelay),
    hovers(session),
    EditorState.languageData.of(() => language),
    autocompletion(),
    keymap.of([...lintKeymap, { key: 'Mod-.', run: fixAtCursor }, { key: 'Escape', run: closeExplanation }]),
    values === 'off' || typeof options.engine.trace !== 'function' ? [] : inlineValues(session, values),
  ];
}
