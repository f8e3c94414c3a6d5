import type { TraceNode, Value } from 'probelang';

const LONGEST = 20_000;

/** A value as text, not more than a page of it. */
export function show(value: Value | undefined, indent = 0): string {
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? Number(one) : one), indent) ?? '';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A trace as a list of lists. A click on a part calls `leap`. */
export function tree(root: TraceNode, leap: (node: TraceNode) => void): HTMLElement {
  const list = document.createElement('ul');
  list.append(item(root, leap));
  return list;
}

function item(node: TraceNode, leap: (node: TraceNode) => void): HTMLElement {
  const one = document.createElement('li');
  const row = document.createElement('div');
  const source = document.createElement('code');
  source.textContent = node.expr;
  source.addEventListener('click', () => leap(node));
  row.append(source, ` ${outcome(node)}`);
  row.classList.toggle('skipped', node.skipped !== undefined);
  row.classList.toggle('fault', node.fault?.own === true);
  one.append(row);
  if (node.children.length > 0) {
    const list = document.createElement('ul');
    list.append(...node.children.map((child) => item(child, leap)));
    one.append(list);
  }
  return one;
}

function outcome(node: TraceNode): string {
  if (node.skipped) return 'was not evaluated';
  if (node.fault) return node.fault.own ? node.fault.message : 'failed';
  const seen = node.loop ? `, ${node.loop.seen} looked at` : '';
  const text = show(node.value);
  return `= ${text.length > 80 ? `${text.slice(0, 79)}…` : text}${seen}`;
}
