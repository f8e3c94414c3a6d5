// What each runtime answers, and the rule that makes it differ.

import type { DialectAnswer } from 'probelang';

import { difference } from '../model/answers';
import * as state from '../model/state';
import { DIALECTS } from '../model/state';
import { short, type Tone } from '../model/values';
import { explained } from '../parts/explain';
import { Ticks } from '../parts/ticks';

function toneOf(answer: DialectAnswer): Tone {
  switch (answer.status) {
    case 'ok': return answer.value === true ? 'true' : answer.value === false ? 'false' : 'value';
    case 'false': return 'false';
    case 'fault': case 'limit': case 'refused': return (answer.fault ?? answer.error)?.class === 'redacted' ? 'hidden' : 'fault';
  }
}

function says(answer: DialectAnswer): string {
  const failed = answer.fault ?? answer.error;
  if (failed) return failed.message;
  return answer.message ?? short(answer.status === 'false' ? false : answer.value, 120);
}

/** What two answers have in common if they are the same. */
const answerOf = (answer: DialectAnswer): string => JSON.stringify([answer.status, answer.value, answer.message, answer.fault?.code, answer.error?.code]);

function Column({ answer, base }: { answer: DialectAnswer; base: DialectAnswer | undefined }) {
  const name = DIALECTS.find(({ dialect }) => dialect === answer.dialect)?.name ?? answer.dialect;
  const differs = base !== undefined && answerOf(base) !== answerOf(answer);
  const code = (answer.fault ?? answer.error)?.code;
  const current = state.dialect.value === answer.dialect;
  return (
    <li class="runtime" data-differs={differs} data-current={current}>
      <header>
        <h3>{name}</h3>
        {!answer.verified && <span class="tag" title="No case of its tracer verifies these rules">unverified</span>}
        {!current && (
          <button type="button" class="button quiet" title={`Evaluate as ${name} does`} onClick={() => { state.dialect.value = answer.dialect; }}>Use</button>
        )}
      </header>
      <p><span class="chip" data-tone={toneOf(answer)}>{says(answer)}</span></p>
      <p class="kind">
        {answer === base ? 'the language as it is defined' : differs ? 'differs' : answer.rows.length > 0 ? 'same answer, by other rules' : 'the same'}
        {code && <> <button type="button" class="code" title="Explain this code" onClick={() => { explained.value = code; }}>{code}</button></>}
      </p>
      {answer.rows.map(({ row, title, choice, base: usual, case: proof }) => (
        <div class="rule" key={row}>
          <a href={`./docs/dialects.html#${row}`} target="_blank" rel="noreferrer"><Ticks text={title} /></a>
          <span><b>{choice}</b>, not <i>{usual}</i></span>
          {proof && <span class="kind">case {proof}</span>}
        </div>
      ))}
      {differs && answer.rows.length === 0 && <p class="kind">{answer.explained ? 'No single rule decides.' : 'The rule is not known.'}</p>}
    </li>
  );
}

export function DialectsPane() {
  const found = difference.value.value;
  if (difference.failed.value !== null) return <p class="empty">{difference.failed.value}</p>;
  if (!found) return <p class="empty">{difference.busy.value ? 'Asking eight runtimes …' : 'What each runtime answers is shown here.'}</p>;
  const answers = found.dialects;
  if (found.status === 'error' || !answers) return <p class="empty">As soon as the expression can be read, the answers of the runtimes are shown here.</p>;
  const base = answers.find(({ dialect }) => dialect === found.base);
  const different = answers.filter((answer) => base && answerOf(answer) !== answerOf(base)).length;
  return (
    <div class="dialects" data-busy={difference.busy.value}>
      <p class="summary">
        {different === 0
          ? <><span class="dot dot-true" aria-hidden="true" />All runtimes give the same answer.</>
          : <><span class="dot dot-fault" aria-hidden="true" /><span><b>{different}</b> of {answers.length - 1} runtimes {different === 1 ? 'answers' : 'answer'} otherwise.</span></>}
      </p>
      <ul class="runtimes">{answers.map((answer) => <Column key={answer.dialect} answer={answer} base={base} />)}</ul>
    </div>
  );
}
