// Values next to the source: what a run over the data gave.

import { Decoration, ViewPlugin, WidgetType } from '@codemirror/view';
import { outdated, whenReady } from './codemirror-session.js';

/** How long the text must rest, in milliseconds. */
const REST = 80;

/** A longer value is cut, in characters. */
const LONGEST = 40;

/** Of a list, so many elements are looked at. */
const FEW = 6;

export function inlineValues(session, mode) {
  return ViewPlugin.fromClass(
    class {
      constructor(view) {
        this.decorations = Decoration.none;
        this.later(view, 0);
      }

      update(update) {
        if (!outdated(update)) return;
        this.decorations = this.decorations.map(update.changes);
        this.later(update.view, REST);
      }

      later(view, rest) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.run(view), rest);
      }

      run(view) {
        const { doc } = view.state;
        whenReady(view, this.traced(view, doc), (answer) => {
          if (this.ended || view.state.doc !== doc) return;
          this.decorations = answer?.trace ? decorate(answer.trace, doc, mode) : Decoration.none;
          view.dispatch({});
        });
      }

      async traced(view, doc) {
        const source = doc.toString();
        if (source.trim() === '') return null;
        const { data, options } = await session.run(view, 'trace');
        return session.engine.trace(source, data, options);
      }

      destroy() {
        this.ended = true;
        clearTimeout(this.timer);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

class Value extends WidgetType {
  constructor(text, fault) {
    super();
    this.text = text;
    this.fault = fault;
  }

  eq(other) {
    return other.text === this.text && other.fault === this.fault;
  }

  toDOM() {
    const dom = document.createElement('span');
    dom.className = this.fault ? 'cm-probelang-value cm-probelang-value-fault' : 'cm-probelang-value';
    dom.textContent = this.text;
    return dom;
  }

  ignoreEvent() {
    return false;
  }
}

function decorate(root, doc, mode) {
  const places = mode === 'lines' ? byLine(root, doc) : byPart(root, doc);
  const widgets = [...places].map(([at, text, fault]) =>
    Decoration.widget({ widget: new Value(text, fault), side: 1 }).range(at));
  return Decoration.set([...widgets, ...skipped(root, doc)], true);
}

/** At the end of each line, what the largest part that begins and ends there gave; at the end of all, the whole. */
function* byLine(root, doc) {
  const lines = new Map();
  visit(root, (node) => {
    const { start, end } = node.span.utf16;
    const line = doc.lineAt(Math.min(end, doc.length));
    if (node !== root && (start < line.from || lines.has(line.number) || trivial(node))) return;
    lines.set(line.number, [line.to, node]);
  });
  for (const [at, node] of lines.values()) {
    const shown = show(node);
    if (shown) yield [at, `= ${shown.text}`, shown.fault];
  }
}

/** After each name, member and call, its value; at the end of all, the whole. */
function* byPart(root, doc) {
  const ends = new Map();
  visit(root, (node, parent) => {
    const receives = parent?.expr.startsWith(node.expr) && /^[.[]/.test(parent.expr.slice(node.expr.length));
    if (node === root || trivial(node) || receives) return;
    // Of the parts that end at one place, the innermost.
    ends.set(Math.min(node.span.utf16.end, doc.length), node);
  });
  for (const [at, node] of ends) {
    const shown = show(node);
    if (shown) yield [at, shown.text, shown.fault];
  }
  const whole = show(root);
  if (whole) yield [doc.length, `= ${whole.text}`, whole.fault];
}

function skipped(root, doc) {
  const ranges = [];
  visit(root, (node, parent) => {
    if (!node.skipped || parent?.skipped) return;
    const { start, end } = node.span.utf16;
    if (start < end && end <= doc.length) ranges.push(Decoration.mark({ class: 'cm-probelang-skipped' }).range(start, end));
  });
  return ranges;
}

/** Each part before its parts. The depth of a trace is bounded by that of a source. */
function visit(node, see, parent) {
  see(node, parent);
  for (const child of node.children) visit(child, see, node);
}

/** A constant shows its value by itself. */
function trivial(node) {
  return node.children.length === 0 && /^(["'\d]|-\d|(true|false|null)$)/.test(node.expr);
}

function show(node) {
  if (node.fault) return node.fault.own ? { text: node.fault.message, fault: true } : null;
  if (node.value === undefined) return null;
  return { text: cut(write(node.value)), fault: false };
}

/** A value as JSON, of which only the beginning is made. */
function write(value, depth = 0) {
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST ? value.slice(0, LONGEST) : value);
  if (typeof value !== 'object' || value === null) return String(value);
  const marked = marker(value);
  if (marked !== null) return marked;
  const list = Array.isArray(value);
  const keys = Object.keys(value);
  if (keys.length > 0 && depth === 2) return list ? '[…]' : '{…}';
  const parts = keys.slice(0, FEW).map((key) => {
    const part = write(value[key], depth + 1);
    return list ? part : `${key}: ${part}`;
  });
  if (keys.length > FEW) parts.push(`… ${keys.length} in all`);
  return list ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
}

/** What a marker stands for; null if the value is none. */
function marker(value) {
  if (value.$redacted === true) return 'redacted';
  if (typeof value.$unreadable === 'string') return `unreadable: ${value.$unreadable}`;
  if (typeof value.$int === 'string') return value.$int;
  return null;
}

function cut(text) {
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}
