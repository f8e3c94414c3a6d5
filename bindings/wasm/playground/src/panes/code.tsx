// The tree, the JSON of a configuration and the compiled code, linked with each other and with the cursor.

import type { Listing, TraceNode } from 'probelang';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { code, traced } from '../model/answers';
import * as state from '../model/state';
import { outcome, tone } from '../model/values';
import { Copy } from '../parts/dialog';
import { around, parts, placeOf, type Part } from '../parts/tree';

/** A line of JSON, with the path of the value that begins on it. */
interface JsonLine { text: string; path: string }

/** JSON over lines, each with its path. Short lists and objects stay on one line. */
function jsonLines(text: string): JsonLine[] {
  const lines: JsonLine[] = [];
  // Integers that JavaScript cannot hold stay as they are written.
  const large: string[] = [];
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (found) => {
    if (found.startsWith('"')) return found;
    large.push(found);
    return `"\\u0000${large.length - 1}"`;
  });
  const write = (value: unknown): string => JSON.stringify(value).replace(/"\\u0000(\d+)"/g, (_, at: string) => large[Number(at)] ?? '');
  const walk = (value: unknown, path: string, indent: string, before: string, after: string): void => {
    const whole = write(value);
    if (typeof value !== 'object' || value === null || whole.length < 34) {
      lines.push({ text: `${indent}${before}${whole}${after}`, path });
      return;
    }
    const list = Array.isArray(value);
    lines.push({ text: `${indent}${before}${list ? '[' : '{'}`, path });
    const inner = Object.entries(value as object);
    inner.forEach(([key, one], at) => {
      const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
      walk(one, `${path}/${escaped}`, `${indent}  `, list ? '' : `${JSON.stringify(key)}: `, at + 1 < inner.length ? ',' : '');
    });
    lines.push({ text: `${indent}${list ? ']' : '}'}${after}`, path });
  };
  walk(JSON.parse(marked), '', '', '', '');
  return lines;
}

/** Parts of the text with the path of each in the JSON. */
function joined(text: readonly Part[], json: readonly Part[]): Map<Part, string> {
  const paths = new Map<Part, string>();
  // Both are the same tree; where they are not, nothing is claimed.
  if (text.length !== json.length) return paths;
  text.forEach((part, at) => {
    const path = json[at]?.node.path;
    if (path !== undefined) paths.set(part, path);
    else if (at === 0) paths.set(part, '');
  });
  return paths;
}

function choose(node: TraceNode): void {
  const place = placeOf(node);
  state.pinned.value = state.isSame(state.pinned.peek(), place) ? null : place;
}

function point(place: state.Place | null): void {
  state.pointed.value = place;
}

/** Scrolls a column to what is chosen, and only the column. */
function useInView(chosen: unknown) {
  const column = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const list = column.current;
    const line = list?.querySelector<HTMLElement>('[data-chosen="true"]');
    if (!list || !line) return;
    const top = line.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + line.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }, [chosen]);
  return column;
}

function Tree({ all, chosen }: { all: readonly Part[]; chosen: Part | null }) {
  const column = useInView(chosen);
  return (
    <ol class="lines" ref={column} tabIndex={0} aria-label="Tree">
      {all.map((part) => (
        <li key={part.path} data-chosen={part === chosen} style={{ '--depth': String(part.depth) }}>
          <button type="button" class="row" aria-pressed={part === chosen} onClick={() => choose(part.node)}
            onMouseEnter={() => point(placeOf(part.node))} onMouseLeave={() => point(null)}>
            <code>{part.node.expr.replaceAll('\n', ' ')}</code>
            <span class="gives" data-tone={tone(part.node)}>{outcome(part.node, 40)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Json({ lines, paths, chosen }: { lines: readonly JsonLine[]; paths: Map<Part, string>; chosen: Part | null }) {
  const path = chosen ? paths.get(chosen) : undefined;
  const column = useInView(path);
  // The innermost part that a line belongs to.
  const owners = useMemo(() => {
    const byPath = new Map([...paths].map(([part, at]) => [at, part]));
    return lines.map((line) => {
      for (let at = line.path; ; at = at.slice(0, at.lastIndexOf('/'))) {
        const part = byPath.get(at);
        if (part || at === '') return part ?? null;
      }
    });
  }, [lines, paths]);
  return (
    <ol class="lines" ref={column} tabIndex={0} aria-label="Wire JSON">
      {lines.map((line, at) => {
        const owner = owners[at];
        const inside = path !== undefined && (line.path === path || line.path.startsWith(`${path}/`));
        return (
          <li key={at} data-chosen={inside} onMouseEnter={() => point(owner ? placeOf(owner.node) : null)} onMouseLeave={() => point(null)}
            onClick={() => { if (owner) choose(owner.node); }}><code>{line.text}</code></li>
        );
      })}
    </ol>
  );
}

function Bytecode({ listing, chosen }: { listing: Listing; chosen: Part | null }) {
  const place = chosen ? placeOf(chosen.node) : null;
  const column = useInView(place);
  return (
    <ol class="lines" ref={column} tabIndex={0} aria-label="Bytecode">
      {listing.lines.map(({ text, span }, at) => {
        const own = span?.utf16 ?? null;
        const inside = place !== null && own !== null && own.start >= place.start && own.end <= place.end;
        return (
          <li key={at} data-chosen={inside} data-head={own === null} onMouseEnter={() => point(own)} onMouseLeave={() => point(null)}
            onClick={() => { if (own) state.pinned.value = own; }}><code>{text}</code></li>
        );
      })}
    </ol>
  );
}

export function CodePane() {
  const found = code.value.value;
  const answer = traced.value.value;
  const all = useMemo(() => parts(answer?.trace), [answer]);
  const json = found?.json.ok ? found.json.text : null;
  const lines = useMemo(() => (json === null ? [] : jsonLines(json)), [json]);
  const paths = useMemo(() => (found && found.text === answer?.text ? joined(all, parts(found.paths.trace)) : new Map<Part, string>()), [found, all]);
  const pinned = state.pinned.value;
  const at = state.cursor.value;
  const chosen = pinned ? around(all, pinned) : at === null ? null : around(all, { start: at, end: at });
  if (code.failed.value !== null) return <p class="empty">{code.failed.value}</p>;
  if (!found) return <p class="empty">{code.busy.value ? 'Compiling …' : 'The tree, the JSON and the code of the expression are shown here.'}</p>;
  if (!found.json.ok) return <p class="empty">As soon as the expression can be read, its tree, its JSON and its code are shown here.</p>;
  return (
    <div class="code-columns">
      <section aria-labelledby="code-tree"><header><h3 id="code-tree">Tree</h3></header>
        {all.length > 0 ? <Tree all={all} chosen={chosen} /> : <p class="empty">No data to evaluate it with.</p>}</section>
      <section aria-labelledby="code-json"><header><h3 id="code-json">Wire JSON</h3><Copy text={found.json.text} /></header>
        <Json lines={lines} paths={paths} chosen={chosen} /></section>
      <section aria-labelledby="code-asm"><header><h3 id="code-asm">Bytecode</h3><span class="kind">{found.listing.lines.filter(({ span }) => span).length} instructions</span></header>
        <Bytecode listing={found.listing} chosen={chosen} /></section>
    </div>
  );
}
