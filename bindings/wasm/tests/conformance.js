// The cases of the corpus over the package: each gives what the engine gives natively over the same data.
//
// `probelang-conformance export` writes the cases, with the native answers. Runs in Node and in browsers.

/** What the package and the engine answer to a case, as data that compares. */
export function perform(line, { evaluate, render }) {
  const { id, kind, dialect, source, redactExclude, redactTypes, maxSteps, data, answer: expected } = JSON.parse(line);
  const options = { kind, dialect, form: 'json', redactExclude, redactTypes, maxSteps, maxTime: 60_000, integers: 'bigint' };
  const run = kind === 'template' ? render : evaluate;
  return { id, actual: comparable(answer(kind, run(source, data, options))), expected: comparable(expected) };
}

/** The answer of the package, in the form of the export. */
function answer(kind, result) {
  switch (result.status) {
    case 'error': {
      const first = result.diagnostics.find((one) => one.severity === 'error');
      return { status: 'error', code: first?.code, message: first?.message };
    }
    case 'fault':
    case 'limit':
      return { status: result.status, code: result.fault.code, message: result.fault.message };
    default:
      return kind === 'template'
        ? { status: 'ok', message: result.text, errors: result.errors.length }
        : { status: 'ok', value: result.value };
  }
}

/** Large integers compare by their digits; those of the export were rounded when its line was read. */
function comparable(value) {
  return JSON.parse(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)));
}
