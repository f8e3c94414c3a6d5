// The answer in a line, and why, with the fix where there is one.

import { opened, problems, report, result, traced } from '../model/answers';
import { apply } from '../model/fix';
import * as state from '../model/state';
import { count } from '../model/values';
import { verdict, type Phrase, type Said } from '../model/verdict';
import { explained } from '../parts/explain';
import { Fix } from '../parts/fix';
import { Ticks } from '../parts/ticks';

function Part({ text, place }: { text: string; place: state.Place | null }) {
  return (
    <button type="button" class="snippet" title="Show where" onClick={() => { state.pinned.value = place; }}
      onMouseEnter={() => { state.pointed.value = place; }} onMouseLeave={() => { state.pointed.value = null; }}>
      {text.length > 80 ? `${text.slice(0, 79)}…` : text}
    </button>
  );
}

function Shown({ phrase, mood }: { phrase: Phrase; mood: Said['mood'] }) {
  if ('text' in phrase) return <>{phrase.text}</>;
  if ('message' in phrase) return <Ticks text={phrase.message} />;
  if ('part' in phrase) return <Part text={phrase.part} place={phrase.place} />;
  if ('strong' in phrase) return <b class={mood === 'value' ? 'result' : ''}>{phrase.strong}</b>;
  if ('quoted' in phrase) return <q class="message">{phrase.quoted}</q>;
  if ('tag' in phrase) return <span class={`tag${phrase.failed ? ' tag-fault' : ''}`}>{phrase.tag}</span>;
  const { code } = phrase;
  return <> <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button></>;
}

/** A fix of what the answer is about: of an error, or of the part that makes it false where the check found fault with it. */
function Mend({ mood, decider }: Said) {
  for (const diagnostic of problems.value) {
    const place = diagnostic.span?.utf16;
    const [edit] = diagnostic.edits;
    const isIt = mood === 'wrong' ? diagnostic.severity === 'error'
      : decider && place && place.start >= decider.start && place.end <= decider.end;
    if (edit && isIt) return <Fix edit={edit} apply={() => apply(diagnostic, edit)} />;
  }
  return null;
}

export function Verdict() {
  const said = verdict();
  return (
    <div class="verdict" data-mood={said.mood} data-busy={result.busy.value || opened.busy.value}>
      <span class="badge" aria-hidden="true" />
      <p role="status" aria-live="polite" aria-atomic="true">
        <strong>{said.title}</strong>
        {said.detail.length > 0 && <span class="detail">{said.detail.map((phrase, at) => <Shown key={at} phrase={phrase} mood={said.mood} />)}</span>}
      </p>
      <Mend {...said} />
    </div>
  );
}

/** The type of the expression, and how much work the answer was. */
export function Measure() {
  const { mood } = verdict();
  const found = result.value.value;
  const trace = traced.value.value?.trace;
  const type = report.value.value?.type;
  if (mood === 'none') return null;
  return (
    <p class="measure">
      {type && mood !== 'wrong' ? <span title="The type of the expression">{type}</span> : null}
      {trace ? <span title="How much work it was">{count(trace.steps)} {trace.steps === 1 ? 'step' : 'steps'}</span> : null}
      {found && found.milliseconds !== null
        ? <span title="From the page to the worker and back">{found.milliseconds < 10 ? found.milliseconds.toFixed(1) : Math.round(found.milliseconds)} ms</span>
        : null}
    </p>
  );
}
