// Highlighting: the tokens of the engine as marks. They cover the source exactly, also one that cannot be read.

import { Decoration, ViewPlugin } from '@codemirror/view';
import { outdated, whenReady } from './codemirror-session.js';

const marks = new Map();

function mark(name) {
  if (!marks.has(name)) marks.set(name, Decoration.mark({ class: `cm-probelang-${name}` }));
  return marks.get(name);
}

function decorate(tokens, length) {
  return Decoration.set(
    tokens
      .filter((token) => token.class !== 'space' && token.end <= length)
      .map((token) => mark(token.class).range(token.start, token.end)),
  );
}

export function highlighting(session) {
  return ViewPlugin.fromClass(
    class {
      constructor(view) {
        this.decorations = Decoration.none;
        this.read(view);
      }

      update(update) {
        if (!outdated(update)) return;
        this.decorations = this.decorations.map(update.changes);
        this.read(update.view);
      }

      read(view) {
        const { doc } = view.state;
        let atOnce = true;
        whenReady(view, session.tokens(view), (tokens) => {
          if (view.state.doc !== doc && !atOnce) return;
          this.decorations = decorate(tokens, doc.length);
          if (!atOnce && !this.ended) view.dispatch({});
        });
        atOnce = false;
      }

      destroy() {
        this.ended = true;
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
