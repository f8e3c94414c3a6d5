// What is wrong with the expression, with the fixes a click away.

import type { Diagnostic } from 'probelang';

import { problems, usable, opened } from '../model/answers';
import { loading } from '../model/engine';
import { apply } from '../model/fix';
import * as state from '../model/state';
import { explained } from './explain';
import { Fix } from './fix';
import { Ticks } from './ticks';

const MOST = 50;

const isOfEditor = ({ source }: Diagnostic): boolean => source === '<expression>' || source === '<probes>';

/** Line and column, from 1. */
function position(at: number): string {
  const before = state.source.value.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

export function Problems() {
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
              <Problem key={`${diagnostic.code} ${diagnostic.span?.start ?? ''} ${at}`} diagnostic={diagnostic} />
            ))}
            {all.length > MOST && <li class="calm">and {all.length - MOST} more</li>}
          </ul>
        )}
    </div>
  );
}

function Problem({ diagnostic }: { diagnostic: Diagnostic }) {
  const { severity, message, code, notes, labels, edits, span } = diagnostic;
  // What is in another text, such as the program of a configuration, has no place in this one.
  const place = (span && isOfEditor(diagnostic) ? span.utf16 : null) ?? null;
  return (
    <li class="problem" data-severity={severity}>
      <span class="dot" aria-hidden="true" />
      <div class="what">
        <span class="sr">{severity}: </span>
        <button
          type="button" class="link-text" title="Go there" disabled={place === null}
          onMouseEnter={() => { state.pointed.value = place; }} onMouseLeave={() => { state.pointed.value = null; }}
          onClick={() => { state.wanted.value = place; }}
        >{place && <span class="position">{position(place.start)}</span>}<Ticks text={message} /></button>
        {[...labels.map(({ text, span: { utf16 } }) => `${state.source.value.slice(utf16.start, utf16.end)}: ${text}`), ...notes].map((note) => (
          <span class="note" key={note}><Ticks text={note} /></span>
        ))}
      </div>
      <div class="fixes">
        {edits.map((edit) => (
          <Fix key={edit.title} edit={edit} apply={() => apply(diagnostic, edit)} />
        ))}
        <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button>
      </div>
    </li>
  );
}
