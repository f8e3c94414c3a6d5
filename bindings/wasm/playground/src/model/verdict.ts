// The answer in a line, and why, in phrases: the page draws them, a copy as Markdown writes them.

import type { Fault, Trace } from 'probelang';

import { around, parts, placeOf } from '../parts/tree';
import { expression, result, traced, type Result } from './answers';
import { loading } from './engine';
import type { Place } from './state';
import { count, short } from './values';

/** A piece of what is said. */
export type Phrase =
  | { text: string }
  /** A message of the engine, in which names are between backticks. */
  | { message: string }
  /** A part of the expression. */
  | { part: string; place: Place | null }
  | { strong: string }
  /** The message that a template gave. */
  | { quoted: string }
  | { code: string }
  | { tag: string; failed: boolean };

export type Mood = 'true' | 'false' | 'fault' | 'wrong' | 'value' | 'none';

export interface Said { mood: Mood; title: string; detail: readonly Phrase[]; decider: Place | null }

const said = (mood: Mood, title: string, detail: readonly Phrase[] = [], decider: Place | null = null): Said =>
  ({ mood, title, detail, decider });

const failed = (fault: Fault): Phrase[] =>
  [{ text: `${fault.message}, at ` }, { part: fault.expr, place: fault.span?.utf16 ?? null }, { code: fault.code }];

/** What made a condition false: the part, and the values of its own parts. */
function because(trace: Trace | undefined): { detail: Phrase[]; decider: Place | null } {
  const place = trace?.decidedAt?.utf16;
  const decider = trace && place ? around(parts(trace), place) : null;
  if (!decider) return { detail: [], decider: null };
  const { node } = decider;
  const begin: Phrase[] = [{ text: 'because ' }, { part: node.expr, place: placeOf(node) }];
  const told = (more: Phrase[]): { detail: Phrase[]; decider: Place } => ({ detail: [...begin, ...more], decider: placeOf(node) });
  if (node.loop) {
    const { seen, held } = node.loop;
    const what = seen === 0 ? 'it has no elements'
      : node.expr.startsWith('all') ? `an element does not match, of ${count(seen)} that were looked at`
        : held === 0 ? `none of its ${count(seen)} elements match${seen === 1 ? 'es' : ''}` : '';
    return told([{ text: ` is false${what && `: ${what}`}` }]);
  }
  const known = node.children.filter((child) => child.value !== undefined && child.expr !== short(child.value));
  return told([
    { text: ` is false${known.length > 0 ? ': ' : ''}` },
    ...known.flatMap((child, at): Phrase[] => [
      ...(at > 0 ? [{ text: ', ' }] : []),
      { part: child.expr, place: placeOf(child) }, { text: ' is ' }, { strong: short(child.value, 40) },
    ]),
  ]);
}

function say({ kind, evaluated }: Result, trace: Trace | undefined): Said {
  switch (evaluated.status) {
    case 'error': {
      const first = evaluated.diagnostics.find(({ severity }) => severity === 'error') ?? evaluated.diagnostics[0];
      const title = kind === 'condition' ? 'Does not fire' : 'Not valid';
      return said('wrong', title, first ? [{ text: `the ${kind} cannot be used: ` }, { message: first.message }, { code: first.code }] : []);
    }
    case 'limit':
      return said('fault', 'Stopped', evaluated.fault ? [{ text: evaluated.fault.message }, { code: evaluated.fault.code }] : []);
    case 'fault':
      return said('fault', kind === 'condition' ? 'Fails, so it does not fire' : 'Fails', evaluated.fault ? failed(evaluated.fault) : []);
    case 'ok': break;
  }
  if ('text' in evaluated) {
    const { errors, truncated, text } = evaluated;
    return said(errors.length > 0 ? 'fault' : 'value', 'Message', [
      { quoted: text },
      ...(truncated ? [{ tag: 'cut', failed: false }] : []),
      ...(errors.length > 0 ? [{ tag: `${errors.length} ${errors.length === 1 ? 'part' : 'parts'} failed`, failed: true }] : []),
    ]);
  }
  if (kind === 'condition') {
    if (evaluated.value === true) return said('true', 'Fires', [{ text: 'the condition is true for these data' }]);
    const { detail, decider } = because(trace);
    return said('false', 'Does not fire', detail, decider);
  }
  return said('value', kind === 'metric' ? 'Sends' : 'Value', [{ strong: short(evaluated.value, 300) }]);
}

/** What is to be said now. Reads signals. */
export function verdict(): Said {
  const engine = loading.value;
  if (engine.state === 'failed') return said('wrong', 'The engine could not be loaded', [{ text: engine.why }]);
  if (engine.state === 'loading') return said('none', 'Loading the engine …');
  const now = expression.value;
  if (!now) return said('none', 'No program', [{ text: 'The configuration has no condition, message or value to look at.' }]);
  if (now.text.trim() === '') return said('none', 'Nothing to evaluate', [{ text: 'Write an expression, or choose a sample.' }]);
  const found = result.value.value;
  if (result.failed.value !== null) return said('wrong', 'No answer', [{ text: result.failed.value }]);
  if (!found) return said('none', 'Evaluating …');
  return say(found, traced.value.value?.trace);
}
