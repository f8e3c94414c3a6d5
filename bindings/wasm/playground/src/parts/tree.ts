// Traces as trees: where a part is, and what is around a position.

import type { Trace, TraceNode } from 'probelang';

import type { Place } from '../model/state';

/** A part with its depth and the part around it. */
export interface Part { node: TraceNode; depth: number; parent: Part | null; path: string }

/** All parts, each before its own parts. */
export function parts(trace: Trace | undefined): Part[] {
  const all: Part[] = [];
  const walk = (node: TraceNode, depth: number, parent: Part | null, path: string): void => {
    const part = { node, depth, parent, path };
    all.push(part);
    node.children.forEach((child, at) => walk(child, depth + 1, part, `${path}.${at}`));
  };
  if (trace) walk(trace, 0, null, '0');
  return all;
}

export const placeOf = (node: TraceNode): Place => node.span.utf16;

/** The innermost part around a place; of several on it the outermost. */
export function around(all: readonly Part[], place: Place | null): Part | null {
  if (place === null) return null;
  let best: Part | null = null;
  for (const part of all) {
    const { start, end } = placeOf(part.node);
    if (start > place.start || end < place.end) continue;
    const size = end - start;
    const least = best ? placeOf(best.node).end - placeOf(best.node).start : Infinity;
    if (size < least) best = part;
  }
  return best;
}

/** Whether a part is a literal: its text is its value. */
export function isLiteral(node: TraceNode): boolean {
  return node.children.length === 0 && /^(["']|-?\d|(true|false|null)$)/.test(node.expr);
}
