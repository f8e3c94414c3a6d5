// How much work an expression is: what it took, what it may take, and what it is allowed.

import { expression, report, result, traced } from '../model/answers';
import * as state from '../model/state';
import { LIMITS, type Limits } from '../model/state';
import { count } from '../model/values';
import { explained } from '../parts/explain';
import { Slider } from '../parts/slider';

/** The end of the scale of the bars, in steps. */
const MOST = 100_000_000;

const amount = (steps: number | { $int: string }): number => (typeof steps === 'number' ? steps : Number(steps.$int));

const words = (steps: number | { $int: string }): string => (typeof steps === 'number' ? count(steps) : `${Number(steps.$int).toExponential(1)}`);

/** The length of a bar, in percent of a logarithmic scale. */
const length = (steps: number): number => Math.max(1, Math.min(100, (Math.log10(Math.max(1, steps)) / Math.log10(MOST)) * 100));

function Bar({ name, about, steps, text, over }: { name: string; about: string; steps: number; text: string; over?: boolean }) {
  return (
    <div class="cost-row" data-over={over ?? false}>
      <span class="cost-name">{name}<small>{about}</small></span>
      <span class="cost-bar"><i style={{ width: `${length(steps)}%` }} /></span>
      <span class="cost-steps">{text}</span>
    </div>
  );
}

export function CostPane() {
  const limits = state.limits.value;
  const set = (change: Partial<Limits>): void => { state.limits.value = { ...limits, ...change }; };
  const cost = report.value.value?.cost;
  const trace = traced.value.value?.trace;
  const answer = result.value.value?.evaluated;
  const text = expression.value?.text ?? '';
  const fault = answer?.status === 'limit' ? answer.fault : undefined;
  const bound = cost ? amount(cost.steps) : 0;
  const quote = (start: number, end: number): string => text.slice(start, end).replace(/\s+/g, ' ');
  return (
    <div class="two-columns">
      <section aria-labelledby="cost-work">
        <h3 id="cost-work">Steps</h3>
        {cost || trace
          ? (
            <div class="cost">
              {trace && <Bar name="Took" about="over these data" steps={trace.steps} text={count(trace.steps)} />}
              {cost && <Bar name="At most" about="over any data" steps={bound} text={words(cost.steps)} over={bound > limits.steps} />}
              <Bar name="Budget" about="then it is stopped" steps={limits.steps} text={count(limits.steps)} />
              <p class="kind scale" aria-hidden="true"><span>1</span><span>100</span><span>10,000</span><span>1,000,000</span><span>100,000,000</span></p>
            </div>
          )
          : <p class="empty">As soon as the expression can be read, its cost is shown here.</p>}
        {fault && (
          <p class="note-box" data-tone="fault"><b>Stopped:</b> {fault.message}{' '}
            <button type="button" class="code" onClick={() => { explained.value = fault.code; }}>{fault.code}</button></p>
        )}
        {cost && bound > limits.steps && !fault && (
          <p class="note-box" data-tone="fault">Over larger data it may reach the budget. It is then stopped, and reported: never answered wrongly.</p>
        )}
        {cost && bound <= limits.steps && !fault && <p class="note-box" data-tone="true">Over data of the assumed sizes it never reaches the budget.</p>}
        {cost && (
          <p>Most of it is{' '}
            <button type="button" class="snippet" onClick={() => { state.pinned.value = cost.span.utf16; }}>{cost.dominating}</button>:
            {' '}{words(cost.dominating_steps)} steps.</p>
        )}
        {cost && cost.loops.length > 0 && (
          <ul class="loops">
            {cost.loops.map(({ span, times, stated }) => (
              <li key={span.start}><code>{quote(span.utf16.start, span.utf16.end)}</code> runs {words(times)} times{stated ? '' : ', as assumed of a list of unknown size'}</li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="cost-budget">
        <h3 id="cost-budget">Budget of a run</h3>
        <Slider label="Steps" scale="log" least={1} most={MOST} usual={LIMITS.steps} value={limits.steps} show={count} change={(steps) => set({ steps })} />
        <Slider label="Time" scale="log" least={1} most={60_000} usual={LIMITS.time} value={limits.time} show={(ms) => `${count(ms)} ms`} change={(time) => set({ time })} />
        <p class="kind">A tracer gives a hit 1,000,000 steps and 50 ms. A step is about one instruction of the compiled code, an element, or a few bytes of a text.</p>
      </section>
    </div>
  );
}
