// Links: everything is in the fragment, which a browser sends to no server.

import type { Mode, Work } from './state';
import { DIALECTS, LIMITS, MODES, REDACTIONS, TABS } from './state';

/** The form of the content of a link. A reader refuses a newer one. */
const FORM = 1;

export interface Link {
  work: Work;
  /** The engine that it was made with. */
  engine: string;
}

async function through(bytes: Uint8Array<ArrayBuffer>, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function toText(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromText(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The fragment of a link, without its `#`. */
export async function encode(work: Work, engine: string, withData: boolean): Promise<string> {
  // The other kinds of expression are of no interest to who gets the link.
  const { sources, data, ...rest } = work;
  const content = { form: FORM, engine, ...rest, source: sources[work.mode], data: withData ? data : '' };
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return `p=${toText(await through(bytes, new CompressionStream('deflate-raw')))}`;
}

/** Whether a fragment is one of a link. */
export const isLink = (fragment: string): boolean => /^#?p=/.test(fragment);

/** Reads a fragment; rejects with what is wrong with it. Nothing in it is trusted. */
export async function decode(fragment: string): Promise<Link> {
  let content: unknown;
  try {
    const bytes = fromText(fragment.replace(/^#?p=/, ''));
    content = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))));
  } catch {
    throw new Error('The link is damaged: it may have been cut on its way.');
  }
  return checked(content);
}

function checked(content: unknown): Link {
  if (typeof content !== 'object' || content === null) throw new Error('The link contains something else.');
  const from = content as { [key: string]: unknown };
  if (from['form'] !== FORM) throw new Error('The link was made by a newer playground.');
  const text = (name: string): string => (typeof from[name] === 'string' ? from[name] : '');
  const names = (name: string): string[] =>
    (Array.isArray(from[name]) ? from[name].filter((one): one is string => typeof one === 'string') : []);
  const one = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    (known.includes(from[name] as T) ? (from[name] as T) : otherwise);
  const mode = one<Mode>('mode', MODES.map(({ mode: known }) => known), 'condition');
  const limits = (typeof from['limits'] === 'object' && from['limits'] !== null ? from['limits'] : {}) as { [key: string]: unknown };
  const limit = (name: keyof typeof LIMITS): number =>
    (typeof limits[name] === 'number' && Number.isFinite(limits[name]) && limits[name] >= 0 ? Math.floor(limits[name]) : LIMITS[name]);
  const index = from['index'];
  return {
    engine: text('engine'),
    work: {
      mode,
      sources: { condition: '', template: '', metric: '', value: '', probe: '', [mode]: text('source') },
      dialect: one('dialect', DIALECTS.map(({ dialect }) => dialect), 'portable'),
      data: text('data'),
      sample: typeof from['sample'] === 'string' && /^[a-z-]+$/.test(from['sample']) ? from['sample'] : null,
      frame: typeof from['frame'] === 'string' ? from['frame'] : null,
      index: typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : 0,
      redact: names('redact'),
      redactExclude: names('redactExclude'),
      redaction: one('redaction', REDACTIONS.map(({ redaction }) => redaction), from['redaction'] === undefined ? 'off' : 'strict'),
      limits: {
        steps: limit('steps'), time: Math.min(limit('time'), 60_000), depth: limit('depth'), items: limit('items'),
        length: limit('length'), fields: limit('fields'), size: Math.max(limit('size'), 1024),
      },
      tab: one('tab', TABS, 'why'),
    },
  };
}
