// What is wrong with the expression, with the fixes a click away.

import type { Diagnostic, Edit } from 'probelang';

import { problems, usable, opened } from '../model/answers';
import { loading } from '../model/engine';
import * as state from '../model/state';
import { explained } from './explain';
import { Ticks } from './ticks';

const MOST = 50;

export function Problems({ apply }: { apply: (diagnostic: Diagnostic, edit: Edit) => void }) {
  const all = problems.value;
  const failed = loading.value.state === 'failed';
  const empty = state.source.value.trim() === '';
  return (
    <div class="problems" role="region" aria-label="Problems" aria-live="polite">
      {all.length === 0
        ? (
          <p class="calm">
            {failed || empty ? '' : <><span class="dot dot-true" />No problems
              {usable.value ? '' : opened.value.value ? ': the data cannot be read' : ': there are no data to check the names against'}</>}
          </p>
        )
        : (
          <ul>
            {all.slice(0, MOST).map((diagnostic, at) => (
              <Problem key={`${diagnostic.code} ${diagnostic.span?.start ?? ''} ${at}`} diagnostic={diagnostic} apply={apply} />
            ))}
            {all.length > MOST && <li class="calm">and {all.length - MOST} more</li>}
          </ul>
        )}
    </div>
  );
}

function Problem({ diagnostic, apply }: { diagnostic: Diagnostic; apply: (diagnostic: Diagnostic, edit: Edit) => void }) {
  const { severity, message, code, notes, labels, edits, span } = diagnostic;
  const place = span?.utf16 ?? null;
  return (
    <li class="problem" data-severity={severity}>
      <span class="dot" aria-hidden="true" />
      <div class="what">
        <span class="sr">{severity}: </span>
        <button
          type="button" class="link-text" title="Show where" disabled={place === null}
          onMouseEnter={() => { state.pointed.value = place; }} onMouseLeave={() => { state.pointed.value = null; }}
          onClick={() => { state.pinned.value = place; }}
        ><Ticks text={message} /></button>
        {[...labels.map(({ text, span: { utf16 } }) => `${state.source.value.slice(utf16.start, utf16.end)}: ${text}`), ...notes].map((note) => (
          <span class="note" key={note}><Ticks text={note} /></span>
        ))}
      </div>
      <div class="fixes">
        {edits.map((edit) => (
          <button key={edit.title} type="button" class="button fix" onClick={() => apply(diagnostic, edit)}>
            <span aria-hidden="true">✓</span> <span><Ticks text={`${edit.title[0]?.toUpperCase()}${edit.title.slice(1)}`} /></span>
          </button>
        ))}
        <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button>
      </div>
    </li>
  );
}
