// Values as the page shows them: the markers of the engine as words, everything else as JSON.

import type { TraceNode, Value } from 'probelang';

/** A piece of a printed value; what is hidden is marked. */
export interface Piece { text: string; mark?: 'hidden' | 'missing' | 'cut' }

type Marker = { [name: string]: Value };

/** What a marker stands for; null if the value is none. */
export function marker(value: Value): Piece | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { $redacted, $unreadable, $int, $cut, $undefined } = value as Marker;
  if ($redacted === true) return { text: 'redacted', mark: 'hidden' };
  if (typeof $unreadable === 'string') return { text: `not captured: ${$unreadable}`, mark: 'missing' };
  if (typeof $int === 'string') return { text: $int };
  if (typeof $cut === 'string') return { text: $cut, mark: 'cut' };
  if ($undefined === true) return { text: 'undefined', mark: 'missing' };
  return null;
}

function write(value: Value): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** A value on one line, at most so many characters. */
export function short(value: Value | undefined, most = 60): string {
  if (value === undefined) return '';
  let out = '';
  const put = (one: Value): void => {
    if (out.length > most) return;
    const marked = marker(one);
    if (marked) out += marked.text;
    else if (Array.isArray(one)) {
      out += '[';
      one.every((part, at) => {
        if (at > 0) out += ', ';
        put(part);
        return out.length <= most;
      });
      out += ']';
    } else if (typeof one === 'object' && one !== null) {
      out += '{';
      Object.entries(one).every(([key, part], at) => {
        out += `${at > 0 ? ', ' : ''}${key}: `;
        put(part);
        return out.length <= most;
      });
      out += '}';
    } else out += write(typeof one === 'string' && one.length > most ? one.slice(0, most) : one);
  };
  put(value);
  const characters = [...out];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : out;
}

/** A value over several lines, in pieces, at most about so many characters. */
export function pretty(value: Value, most = 20_000): Piece[] {
  const pieces: Piece[] = [];
  let length = 0;
  const put = (text: string, mark?: Piece['mark']): void => {
    length += text.length;
    const last = pieces.at(-1);
    if (last && last.mark === mark) last.text += text;
    else pieces.push(mark ? { text, mark } : { text });
  };
  const walk = (one: Value, indent: string): void => {
    if (length > most) return;
    const marked = marker(one);
    if (marked) return put(marked.text, marked.mark);
    if (typeof one !== 'object' || one === null) return put(write(one));
    const list = Array.isArray(one);
    const parts: [string | null, Value][] = list ? one.map((part) => [null, part]) : Object.entries(one);
    if (parts.length === 0) return put(list ? '[]' : '{}');
    put(list ? '[\n' : '{\n');
    for (const [at, [key, part]] of parts.entries()) {
      if (length > most) break;
      put(`${indent}  ${key === null ? '' : `${JSON.stringify(key)}: `}`);
      walk(part, `${indent}  `);
      put(at + 1 < parts.length ? ',\n' : '\n');
    }
    put(`${indent}${list ? ']' : '}'}`);
  };
  walk(value, '');
  if (length > most) put('\n… the rest is not shown', 'cut');
  return pieces;
}

/** How a part of an expression is drawn. */
export type Tone = 'true' | 'false' | 'fault' | 'skipped' | 'hidden' | 'value';

export function tone(node: TraceNode): Tone {
  if (node.skipped) return 'skipped';
  if (node.fault) return node.fault.class === 'redacted' ? 'hidden' : 'fault';
  if (node.value === true) return 'true';
  if (node.value === false) return 'false';
  if (node.value !== undefined && marker(node.value)?.mark === 'hidden') return 'hidden';
  return 'value';
}

/** What a part gave, in a few words. */
export function outcome(node: TraceNode, most = 60): string {
  if (node.skipped === 'shortCircuit') return 'not needed';
  if (node.skipped === 'noElement') return 'no element';
  if (node.skipped) return 'not reached';
  if (node.fault) return node.fault.own ? node.fault.message : 'fails';
  return short(node.value, most);
}

/** Why a part has no value. */
export const WHY_SKIPPED: Record<NonNullable<TraceNode['skipped']>, string> = {
  shortCircuit: 'Not evaluated: the part before it had decided.',
  noElement: 'Not evaluated: the loop reached no element.',
  fault: 'Not reached: something before it failed.',
};

/** A whole number with separators. */
export function count(n: number): string {
  return n.toLocaleString('en');
}

/** Bytes in a readable unit. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 1 << 20 ? `${(n / 1024).toFixed(1)} KB` : `${(n / (1 << 20)).toFixed(1)} MB`;
}
