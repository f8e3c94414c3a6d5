// The value of each part, drawn under the text: a row for each level, the innermost next to the text.

import { signal } from '@preact/signals';
import type { Trace, TraceNode } from 'probelang';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';

import { result, traced } from '../model/answers';
import { open } from '../model/dialogs';
import { settings } from '../model/settings';
import * as state from '../model/state';
import { outcome, tone } from '../model/values';
import { Detail } from '../parts/detail';
import { around, isLiteral, parts, placeOf, type Part } from '../parts/tree';

/** How many characters fit in a line; measured. */
const columns = signal(80);

/** A line of the text: from a position to before another. */
interface Line { start: number; end: number }

/** Breaks the text at its own breaks, and where a line is full after a blank. */
function lines(text: string, most: number): Line[] {
  const found: Line[] = [];
  let start = 0;
  for (const one of text.split('\n')) {
    const end = start + one.length;
    let from = start;
    while (end - from > most) {
      const blank = text.lastIndexOf(' ', from + most - 1);
      const to = blank > from + most / 3 ? blank + 1 : from + most;
      found.push({ start: from, end: to });
      from = to;
    }
    found.push({ start: from, end });
    start = end + 1;
  }
  return found;
}

/** A part with the row that it is drawn in, the one next to the text being 0. */
interface Drawn { part: Part; row: number }

/** Puts each part above those that it consists of. */
function rows(all: readonly Part[]): Drawn[] {
  const height = new Map<Part, number>();
  for (const part of [...all].reverse()) {
    const own = height.get(part) ?? 0;
    if (part.parent) height.set(part.parent, Math.max(height.get(part.parent) ?? 0, own + (isQuiet(part) ? 0 : 1)));
  }
  return all.filter((part) => !isQuiet(part)).map((part) => ({ part, row: height.get(part) ?? 0 }));
}

/** A literal shows its value by itself; a receiver is part of the chain that is drawn. */
function isQuiet({ node, parent }: Part): boolean {
  if (isLiteral(node)) return true;
  const chain = parent?.node;
  return chain !== undefined && chain.children[0] === node && /^\s*[.[]/.test(chain.expr.slice(node.expr.length))
    && chain.expr.startsWith(node.expr) && !node.fault;
}

/** The parts that are selected: the pinned one, else that at the cursor. */
export function selected(all: readonly Part[]): Part | null {
  const pinned = state.pinned.value;
  if (pinned) return around(all, pinned);
  const at = state.cursor.value;
  return at === null ? null : around(all, { start: at, end: at });
}

/** The part that explains the answer: what decided, else what failed, else the whole. */
function telling(all: readonly Part[], trace: Trace | undefined): Part | null {
  const decided = trace?.decidedAt ? around(all, trace.decidedAt.utf16) : null;
  return decided ?? all.find(({ node }) => node.fault?.own) ?? all[0] ?? null;
}

function Bar({ drawn, line, chosen }: { drawn: Drawn; line: Line; chosen: boolean }) {
  const { node } = drawn.part;
  const place = placeOf(node);
  const from = Math.max(place.start, line.start);
  const to = place.end;
  const text = outcome(node, 80);
  return (
    <button
      type="button" class="bar-value" data-tone={tone(node)} data-chosen={chosen} data-goes-on={place.start < line.start}
      style={{ left: `${from - line.start}ch`, width: `${to - from}ch`, top: `calc(${drawn.row} * var(--row))` }}
      title={`${node.expr} → ${text}`} aria-label={`${node.expr}: ${text}`} aria-pressed={chosen}
      onMouseEnter={() => { state.pointed.value = place; }} onMouseLeave={() => { state.pointed.value = null; }}
      onFocus={() => { state.pointed.value = place; }} onBlur={() => { state.pointed.value = null; }}
      onClick={() => { state.pinned.value = state.isSame(state.pinned.peek(), place) ? null : place; }}
    ><span>{text}</span></button>
  );
}

/** The text of a line: paler where it was not evaluated, marked where something else points at. */
function Source({ text, line, all }: { text: string; line: Line; all: readonly Part[] }) {
  const skipped = all.filter(({ node, parent }) => node.skipped && !parent?.node.skipped).map(({ node }) => placeOf(node));
  const shown = state.pointed.value ?? state.pinned.value;
  const edges = new Set([line.start, line.end]);
  for (const { start, end } of shown ? [...skipped, shown] : skipped) {
    for (const edge of [start, end]) if (edge > line.start && edge < line.end) edges.add(edge);
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const within = (at: number, { start, end }: state.Place): boolean => at >= start && at < end;
  return (
    <code class="line-text">
      {sorted.slice(0, -1).map((from, at) => (
        <span key={from} data-pale={skipped.some((place) => within(from, place))} data-shown={shown !== null && within(from, shown)}>
          {text.slice(from, sorted[at + 1])}
        </span>
      ))}
    </code>
  );
}

export function WhyPane() {
  const box = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const measure = (): void => {
      if (!box.current || !ruler.current) return;
      const { paddingLeft, paddingRight } = getComputedStyle(box.current);
      const width = box.current.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      const ten = ruler.current.getBoundingClientRect().width;
      if (width > 0 && ten > 0) columns.value = Math.max(16, Math.floor(width / (ten / 10)));
    };
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    measure();
    return () => observer.disconnect();
  }, [settings.value.size]);
  const answer = traced.value.value;
  const trace = answer?.trace;
  const all = useMemo(() => parts(trace), [trace]);
  const drawn = useMemo(() => rows(all), [all]);
  const chosen = selected(all);
  const text = answer?.text ?? '';
  const broken = lines(text, columns.value);
  return (
    <div class="why" data-empty={!trace}>
      <div class="flame-box" ref={box}>
        <span class="ruler" ref={ruler} aria-hidden="true">0000000000</span>
        {trace
          ? (
            <div class="flame" role="group" aria-label="The value of each part">
              {broken.map((line) => {
                // A part over several lines is drawn under the last one.
                const here = drawn.filter(({ part: { node } }) => {
                  const { end } = placeOf(node);
                  return end > line.start && end <= line.end;
                });
                // The rows of a line are packed: each line is as high as it needs.
                const used = [...new Set(here.map(({ row }) => row))].sort((a, b) => a - b);
                return (
                  <div class="line" key={line.start} style={{ '--rows': String(used.length) }}>
                    <Source text={text} line={line} all={all} />
                    <div class="bars">
                      {here.map((one) => (
                        <Bar key={one.part.path} drawn={{ ...one, row: used.indexOf(one.row) }} line={line} chosen={one.part === chosen} />
                      ))}
                    </div>
                  </div>
                );
              })}
              <Legend nodes={all.map(({ node }) => node)} />
            </div>
          )
          : <Empty />}
      </div>
      {trace && <Detail part={chosen ?? telling(all, trace)} />}
    </div>
  );
}

const TONES = [
  ['true', 'true'], ['false', 'false'], ['value', 'value'], ['fault', 'failed'], ['hidden', 'redacted'], ['skipped', 'not evaluated'],
] as const;

function Legend({ nodes }: { nodes: readonly TraceNode[] }) {
  const there = new Set(nodes.map(tone));
  return (
    <p class="legend" aria-hidden="true">
      {TONES.filter(([name]) => there.has(name)).map(([name, words]) => <span key={name}><i data-tone={name} />{words}</span>)}
      <span class="hint">Click a value to pin it</span>
    </p>
  );
}

function Empty() {
  const evaluated = result.value.value?.evaluated;
  if (evaluated?.status === 'error') {
    return <p class="empty">As soon as the expression can be read, the value of each of its parts is shown here.</p>;
  }
  return (
    <div class="empty">
      <p>The value of each part of the expression is shown here.</p>
      {state.source.value.trim() === '' && <button type="button" class="button" onClick={() => { open.value = 'samples'; }}>Choose a sample</button>}
    </div>
  );
}
