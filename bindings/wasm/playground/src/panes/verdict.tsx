// The answer in a line, and why.

import type { Fault, Trace } from 'probelang';

import { expression, opened, report, result, traced, type Result } from '../model/answers';
import { loading } from '../model/engine';
import * as state from '../model/state';
import { count, short } from '../model/values';
import { explained } from '../parts/explain';
import { Ticks } from '../parts/ticks';
import { around, parts, placeOf } from '../parts/tree';

type Mood = 'true' | 'false' | 'fault' | 'wrong' | 'value' | 'none';

interface Said { mood: Mood; title: string; detail?: preact.ComponentChildren }

function Part({ text, place }: { text: string; place: state.Place | null }) {
  return (
    <button type="button" class="snippet" title="Show where" onClick={() => { state.pinned.value = place; }}
      onMouseEnter={() => { state.pointed.value = place; }} onMouseLeave={() => { state.pointed.value = null; }}>
      {text.length > 80 ? `${text.slice(0, 79)}…` : text}
    </button>
  );
}

const Code = ({ code }: { code: string }) => (
  <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button>
);

function failed(fault: Fault): preact.ComponentChildren {
  return <>{fault.message}, at <Part text={fault.expr} place={fault.span?.utf16 ?? null} /> <Code code={fault.code} /></>;
}

/** What made it false: the part, and the values of its own parts. */
function because(trace: Trace | undefined): preact.ComponentChildren {
  const place = trace?.decidedAt?.utf16;
  if (!trace || !place) return null;
  const decider = around(parts(trace), place);
  if (!decider) return null;
  const { node } = decider;
  if (node.loop) {
    const { seen, held } = node.loop;
    const what = seen === 0 ? 'it has no elements'
      : node.expr.startsWith('all') ? `an element does not match, of ${count(seen)} that were looked at`
        : held === 0 ? `none of its ${count(seen)} elements match${seen === 1 ? 'es' : ''}` : '';
    return <>because <Part text={node.expr} place={placeOf(node)} /> is false{what && <>: {what}</>}</>;
  }
  const known = node.children.filter((child) => child.value !== undefined && child.expr !== short(child.value));
  return (
    <>
      because <Part text={node.expr} place={placeOf(node)} /> is false
      {known.length > 0 && <>: {known.map((child, at) => (
        <span key={child.span.start}>{at > 0 ? ', ' : ''}<Part text={child.expr} place={placeOf(child)} /> is <b>{short(child.value, 40)}</b></span>
      ))}</>}
    </>
  );
}

function say({ kind, evaluated }: Result, trace: Trace | undefined): Said {
  switch (evaluated.status) {
    case 'error': {
      const first = evaluated.diagnostics.find(({ severity }) => severity === 'error') ?? evaluated.diagnostics[0];
      const title = kind === 'condition' ? 'Does not fire' : 'Not valid';
      return { mood: 'wrong', title, detail: first && <>the {kind} cannot be used: <Ticks text={first.message} /> <Code code={first.code} /></> };
    }
    case 'limit':
      return {
        mood: 'fault', title: 'Stopped',
        detail: evaluated.fault && <>{evaluated.fault.message} <Code code={evaluated.fault.code} /></>,
      };
    case 'fault':
      return { mood: 'fault', title: kind === 'condition' ? 'Fails, so it does not fire' : 'Fails', detail: evaluated.fault && failed(evaluated.fault) };
    case 'ok': break;
  }
  if ('text' in evaluated) {
    const { errors, truncated, text } = evaluated;
    return {
      mood: errors.length > 0 ? 'fault' : 'value',
      title: 'Message',
      detail: (
        <>
          <q class="message">{text}</q>
          {truncated && <span class="tag">cut</span>}
          {errors.length > 0 && <span class="tag tag-fault">{errors.length} {errors.length === 1 ? 'part' : 'parts'} failed</span>}
        </>
      ),
    };
  }
  if (kind === 'condition') {
    return evaluated.value === true ? { mood: 'true', title: 'Fires', detail: 'the condition is true for these data' }
      : { mood: 'false', title: 'Does not fire', detail: because(trace) };
  }
  return { mood: 'value', title: kind === 'metric' ? 'Sends' : 'Value', detail: <b class="result">{short(evaluated.value, 300)}</b> };
}

function current(): Said {
  const engine = loading.value;
  if (engine.state === 'failed') {
    return { mood: 'wrong', title: 'The engine could not be loaded', detail: engine.why };
  }
  if (engine.state === 'loading') return { mood: 'none', title: 'Loading the engine …' };
  const now = expression.value;
  if (!now) return { mood: 'none', title: 'No program', detail: 'The configuration has no condition, message or value to look at.' };
  if (now.text.trim() === '') return { mood: 'none', title: 'Nothing to evaluate', detail: 'Write an expression, or choose a sample.' };
  const found = result.value.value;
  if (result.failed.value !== null) return { mood: 'wrong', title: 'No answer', detail: result.failed.value };
  if (!found) return { mood: 'none', title: 'Evaluating …' };
  return say(found, traced.value.value?.trace);
}

export function Verdict() {
  const said = current();
  const found = result.value.value;
  const trace = traced.value.value?.trace;
  const type = report.value.value?.type;
  return (
    <div class="verdict" data-mood={said.mood} data-busy={result.busy.value || opened.busy.value}>
      <span class="badge" aria-hidden="true" />
      <p role="status" aria-live="polite" aria-atomic="true">
        <strong>{said.title}</strong>
        {said.detail && <span class="detail">{said.detail}</span>}
      </p>
      <span class="measure">
        {type && said.mood !== 'wrong' && said.mood !== 'none' ? <span title="The type of the expression">{type}</span> : null}
        {trace ? <span title="How much work it was">{count(trace.steps)} steps</span> : null}
        {found && found.milliseconds !== null
          ? <span title="From the page to the worker and back">{found.milliseconds < 10 ? found.milliseconds.toFixed(1) : Math.round(found.milliseconds)} ms</span>
          : null}
      </span>
    </div>
  );
}
