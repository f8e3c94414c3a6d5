// Probe configurations: the programs that one carries, and one around a single program.

import type { Json, Kind } from 'probelang';

/** A program in a configuration. */
export interface Carried {
  label: string;
  kind: Kind;
  /** Its text, or its JSON where that is what runs. */
  source: string | { [key: string]: Json } | readonly Json[];
}

type Thing = { [key: string]: Json };

const isThing = (value: unknown): value is Thing => typeof value === 'object' && value !== null && !Array.isArray(value);

const LISTS = ['probes', 'logProbes', 'metricProbes', 'spanProbes', 'spanDecorationProbes'];

function probesOf(root: unknown): Thing[] {
  if (Array.isArray(root)) return root.filter(isThing);
  if (!isThing(root)) return [];
  const lists = LISTS.flatMap((name) => (Array.isArray(root[name]) ? (root[name] as Json[]).filter(isThing) : []));
  return lists.length > 0 ? lists : [root];
}

function expression(value: Json | undefined, label: string, kind: Kind): Carried[] {
  if (typeof value === 'string') return [{ label, kind, source: value }];
  if (!isThing(value)) return [];
  const json = value['json'];
  if (json !== undefined && json !== null) return [{ label, kind, source: { dsl: value['dsl'] ?? '', json } }];
  return typeof value['dsl'] === 'string' ? [{ label, kind, source: value['dsl'] }] : [];
}

function message(value: Thing, label: string): Carried[] {
  const segments = value['segments'];
  if (Array.isArray(segments)) return [{ label, kind: 'template', source: segments as readonly Json[] }];
  return typeof value['template'] === 'string' ? [{ label, kind: 'template', source: value['template'] }] : [];
}

/** The programs of a configuration, in the order in which they are written; none of a text that is not JSON. */
export function programs(text: string): Carried[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return [];
  }
  return probesOf(root).flatMap((probe, at) => {
    const id = typeof probe['id'] === 'string' && probe['id'] !== '' ? probe['id'] : `probe ${at + 1}`;
    const decorations = Array.isArray(probe['decorations']) ? (probe['decorations'] as Json[]).filter(isThing) : [];
    return [
      ...expression(probe['when'], `${id}: condition`, 'condition'),
      ...message(probe, `${id}: message`),
      ...expression(probe['value'], `${id}: value`, 'metric'),
      ...decorations.flatMap((decoration, group) => [
        ...expression(decoration['when'], `${id}: condition of group ${group + 1}`, 'condition'),
        ...(Array.isArray(decoration['tags']) ? (decoration['tags'] as Json[]).filter(isThing) : []).flatMap((tag) =>
          (isThing(tag['value']) ? message(tag['value'], `${id}: tag ${String(tag['name'])}`) : [])),
      ]),
    ];
  });
}

type Where = { where: Thing; language: Json };

/** The data that were asked about last: they are the same at every key. */
let last: { text: string; where: Where } | null = null;

/** Where recorded data is from, as a probe names a place; a document has none. */
function placeOf(text: string): Where {
  if (last?.text !== text) last = { text, where: findPlace(text) };
  return last.where;
}

function findPlace(text: string): Where {
  const nowhere = { where: { typeName: 'shop.Checkout', methodName: 'pay' }, language: 'python' };
  if (text.length > 4_000_000) return nowhere;
  try {
    const parsed = JSON.parse(text) as Json;
    const first = Array.isArray(parsed) ? parsed[0] : parsed;
    if (!isThing(first)) return nowhere;
    const debug = first['debugger'];
    const snapshot = isThing(debug) && isThing(debug['snapshot']) ? debug['snapshot'] : first;
    const location = isThing(snapshot['probe']) ? snapshot['probe']['location'] : null;
    const language = typeof snapshot['language'] === 'string' ? snapshot['language'] : 'python';
    if (!isThing(location)) return { ...nowhere, language };
    const { file, lines, type, method } = location;
    if (typeof file === 'string' && Array.isArray(lines) && lines.length > 0) {
      return { where: { sourceFile: file, lines }, language };
    }
    if (typeof method === 'string') {
      return { where: { ...(typeof type === 'string' ? { typeName: type } : {}), methodName: method }, language };
    }
    return { ...nowhere, language };
  } catch {
    return nowhere;
  }
}

/** A configuration with one probe around a program. `json` is its JSON, where it could be read. */
export function probeAround(kind: Kind, text: string, json: string | null, data: string): string {
  const { where, language } = placeOf(data);
  const id = `playground-${kind}`;
  const common = { id, version: 1, language, where };
  // The JSON of a program may have integers that JavaScript cannot hold: it is put in as it is written.
  let mark = '@program';
  while (text.includes(mark)) mark += '@';
  const program = kind === 'template' ? mark : { dsl: text, json: mark };
  const probe = ((): object => {
    switch (kind) {
      case 'condition':
        return { ...common, type: 'LOG_PROBE', captureSnapshot: true, when: program, template: 'hit', segments: [{ str: 'hit' }] };
      case 'template':
        return { ...common, type: 'LOG_PROBE', captureSnapshot: false, template: text, segments: program };
      case 'metric':
        return { ...common, type: 'METRIC_PROBE', kind: 'GAUGE', metricName: 'playground.value', value: program };
      case 'value':
        return {
          ...common, type: 'LOG_PROBE', captureSnapshot: true, template: 'hit', segments: [{ str: 'hit' }],
          captureExpressions: [{ name: 'value', expr: program }],
        };
    }
  })();
  const written = JSON.stringify([probe], null, 2);
  return json === null
    ? written.replace(new RegExp(`,\\s*"(json|segments)": "${mark}"`), '')
    : written.replace(`"${mark}"`, () => json);
}
