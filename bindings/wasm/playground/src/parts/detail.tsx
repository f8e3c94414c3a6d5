// One part of an expression: its value as a whole, what is hidden of it and by which rule, and the elements of a loop.

import type { TraceNode } from 'probelang';

import * as state from '../model/state';
import { WHY_SKIPPED, count, outcome, pretty, tone } from '../model/values';
import { explained } from './explain';
import { placeOf, type Part } from './tree';

function Printed({ node }: { node: TraceNode }) {
  const value = node.value ?? node.had?.value;
  if (value === undefined) return null;
  return (
    <pre class="printed" tabIndex={0} aria-label="Value">
      {pretty(value).map(({ text, mark }, at) => (mark ? <mark key={at} data-mark={mark}>{text}</mark> : text))}
    </pre>
  );
}

/** The part of a predicate that is the element itself. An inner loop has elements of its own. */
function itself(node: TraceNode): TraceNode | null {
  if (/^@(it|value)$/.test(node.expr) && node.value !== undefined) return node;
  for (const child of node.children) {
    const found = child.loop ? null : itself(child);
    if (found) return found;
  }
  return null;
}

/** Goes through the elements of a loop. */
function Elements({ node }: { node: TraceNode }) {
  const { loop } = node;
  if (!loop) return null;
  const { seen, held, element, decided } = loop;
  const start = placeOf(node).start;
  const at = element?.index ?? 0;
  const go = (to: number): void => {
    const next = new Map(state.elements.peek());
    next.set(start, Math.max(0, Math.min(seen - 1, to)));
    state.elements.value = next;
  };
  const isFilter = node.expr.startsWith('filter');
  const shown = seen > 0 ? itself(node) : null;
  return (
    <div class="loop">
      <p>
        {seen === 0 ? 'The loop reached no element.'
          : <>{count(seen)} {seen === 1 ? 'element was' : 'elements were'} looked at; the predicate held for <b>{count(held)}</b>.</>}
        {decided && !isFilter && <> One element decided.</>}
      </p>
      {seen > 0 && (
        <div class="stepper" role="group" aria-label="Element">
          <button type="button" class="button icon" aria-label="Previous element" disabled={at <= 0} onClick={() => go(at - 1)}>‹</button>
          <span aria-live="polite">element {count(at + 1)} of {count(seen)}
            {element?.failed ? <span class="tag tag-fault">failed</span> : null}</span>
          <button type="button" class="button icon" aria-label="Next element" disabled={at >= seen - 1} onClick={() => go(at + 1)}>›</button>
          <input type="range" min={0} max={seen - 1} value={at} aria-label="Element" onInput={(event) => go(Number(event.currentTarget.value))} />
        </div>
      )}
      {shown && <Printed node={shown} />}
    </div>
  );
}

const Code = ({ code }: { code: string }) => (
  <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button>
);

/** The loop whose predicate a part belongs to. */
function loopOf(part: Part): Part | null {
  for (let one: Part | null = part; one; one = one.parent) if (one.node.loop) return one;
  return null;
}

export function Detail({ part }: { part: Part | null }) {
  if (!part) return <aside class="detail-card" aria-label="Part" />;
  const { node } = part;
  const loop = loopOf(part);
  return (
    <aside class="detail-card" aria-label="Part">
      <header>
        <code class="expr">{node.expr}</code>
        {state.pinned.value && (
          <button type="button" class="button quiet" onClick={() => { state.pinned.value = null; }}>Unpin</button>
        )}
      </header>
      <p class="gave">
        <span class="chip" data-tone={tone(node)}>{outcome(node, 120)}</span>
        {node.kind && <span class="kind">{node.kind}</span>}
        {node.fault && <Code code={node.fault.code} />}
      </p>
      {node.skipped && <p>{WHY_SKIPPED[node.skipped]}</p>}
      {node.fault && !node.fault.own && <p>It fails because of <code>{node.fault.expr}</code>: {node.fault.message}.</p>}
      {node.fault?.notes.map((note) => <p key={note}>{note}</p>)}
      {loop && <>{loop !== part && <p class="kind">In the loop <code>{loop.node.expr}</code></p>}<Elements node={loop.node} /></>}
      {typeof (node.value ?? node.had?.value) === 'object' && <Printed node={node} />}
      {node.hidden && (
        <ul class="hidden-parts" aria-label="What is not shown">
          {node.hidden.map(({ path, rule, reason, code, class: group }) => (
            <li key={path}>
              <span class="tag" data-tone={group === 'redacted' ? 'hidden' : 'fault'}>{group === 'redacted' ? 'redacted' : 'not captured'}</span>
              <code>{path || node.expr}</code> <span>{rule}{reason ? ` (${reason})` : ''}</span> <Code code={code} />
            </li>
          ))}
        </ul>
      )}
    </aside>
  );
}
