// The command line that does the same.

import type { Work } from './state';
import { LIMITS } from './state';

/** Data up to so many characters is part of the command. */
const SMALL = 4_000;

const quote = (text: string): string => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A text of a here document, under a word that no line of it is. */
function hereDocument(text: string): string {
  let end = 'DATA';
  while (text.split('\n').includes(end)) end += '_';
  return `<<'${end}'\n${text}\n${end}`;
}

const OPERATIONS = { condition: 'test', template: 'render', metric: 'metric', value: 'eval' } as const;

/** The command that answers what the page answers, and the one that explains it. */
export function command(work: Work, explain: boolean): string {
  const { mode, data, sample } = work;
  const source = work.sources[mode];
  const words: string[] = ['probelang'];
  const small = data.length <= SMALL && data.trim() !== '';
  const input = sample ? ['-i', `example:${sample}`] : data.trim() === '' ? [] : ['-i', small ? '-' : 'data.json'];
  if (mode === 'probe') words.push('probe', 'run', 'probes.json', ...input, '--match', 'all', '--report');
  else if (explain) words.push('trace', quote(source), ...(mode === 'value' ? [] : ['--kind', mode]), ...input);
  else words.push(OPERATIONS[mode], quote(source), ...input);
  if (mode !== 'probe' && work.frame !== null) words.push('--frame', quote(work.frame));
  if (work.dialect !== 'portable') words.push('--dialect', work.dialect);
  if (work.redact.length > 0) words.push('--redact', quote(work.redact.join(',')));
  if (work.redactExclude.length > 0) words.push('--redact-exclude', quote(work.redactExclude.join(',')));
  if (work.redaction !== 'off') words.push('--redaction', work.redaction);
  if (mode !== 'probe' && work.limits.steps !== LIMITS.steps) words.push('--max-steps', String(work.limits.steps));
  if (mode !== 'probe' && work.limits.time !== LIMITS.time) words.push('--max-time', String(work.limits.time));
  const line = words.join(' ');
  return !sample && small ? `${line} ${hereDocument(data)}` : line;
}
