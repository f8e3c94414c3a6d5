// The work as Markdown, for an issue or a chat.

import type { Diagnostic } from 'probelang';

import { DIALECTS, MODES, type Work } from './state';
import type { Phrase, Said } from './verdict';

/** Data above so many characters is left to the link. */
const LARGEST = 20_000;

/** A block of code, with a fence that is not in it. */
function block(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n+$/, '')}\n${fence}`;
}

/** A piece of code in a line. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

function write(phrase: Phrase): string {
  if ('text' in phrase) return phrase.text;
  if ('message' in phrase) return phrase.message;
  if ('part' in phrase) return code(phrase.part);
  if ('strong' in phrase) return code(phrase.strong);
  if ('quoted' in phrase) return code(phrase.quoted);
  if ('tag' in phrase) return ` (${phrase.tag})`;
  return ` (${phrase.code})`;
}

export interface Report {
  work: Work;
  said: Said;
  problems: readonly Diagnostic[];
  engine: string;
  link: string;
  withData: boolean;
}

/** A link as Markdown. */
export const markdownLink = (link: string): string => `[probelang playground](${link})`;

export function markdown({ work, said, problems, engine, link, withData }: Report): string {
  const { mode, sources, data, dialect, frame } = work;
  const kind = MODES.find((one) => one.mode === mode)?.name ?? mode;
  const runtime = DIALECTS.find((one) => one.dialect === dialect)?.name ?? dialect;
  const where = [`engine ${engine}`, `runtime ${runtime}`, ...(frame === null ? [] : [`frame ${frame}`])].join(', ');
  return [
    `### ${kind}`,
    block(mode === 'probe' ? 'json' : '', sources[mode]),
    `**${said.title}** ${said.detail.map(write).join('')}`.trim(),
    ...(problems.length > 0
      ? [problems.map(({ severity, code: name, message }) => `- ${severity} ${name}: ${message}`).join('\n')]
      : []),
    ...(withData && data.trim() !== '' && data.length <= LARGEST
      ? [`<details><summary>Data</summary>\n\n${block('json', data)}\n\n</details>`]
      : []),
    `${where}, ${markdownLink(link)}`,
  ].join('\n\n');
}
