// What texts say is hidden in the mode that was asked for, in whatever leaves; what could hide nothing is refused.
import '../guard.js';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as probelang from '../../package/node.js';
import * as checker from '../../package/check-node.js';
import { REDACTION_OPTIONS } from '../../package/option-names.js';

before(async () => {
  await probelang.init();
  await checker.init();
});

const CARD = '4111 1111 1111 1111';
/** Secrets of several shapes, each with what must not leave of it. */
const SECRETS = [
  [`paid with ${CARD}`, CARD],
  ['key AKIAIOSFODNN7EXAMPLE of the bucket', 'AKIAIOSFODNN7EXAMPLE'],
  ['Authorization: Bearer 7fKq93mZx0aLw82TbVcY', '7fKq93mZx0aLw82TbVcY'],
  ['postgres://app:hunter2secret@db.local/orders', 'hunter2secret'],
];
const PLAIN = 'Oslo Central';
const ALL = SECRETS.map(([note]) => note);
const document = { notes: ALL, by: { [`paid ${CARD}`]: 1 }, place: PLAIN, ...Object.fromEntries(ALL.map((note, at) => [`n${at}`, note])) };

const text = (value) => ({ type: 'str', value });
const recording = {
  language: 'python',
  captures: {
    return: {
      arguments: Object.fromEntries([...ALL.map((note, at) => [`n${at}`, text(note)]), ['place', text(PLAIN)]]),
      locals: { notes: { type: 'list', size: String(ALL.length), elements: ALL.map(text) } },
      throwable: { type: 'ValueError', message: ALL[0], stacktrace: [] },
    },
  },
};

const probe = {
  id: 'p', type: 'LOG_PROBE', version: 1, language: 'python', where: { typeName: 'shop', methodName: 'pay' }, evaluateAt: 'EXIT',
  template: 'paid {n0} at {place}', segments: [
    { str: 'paid ' }, { dsl: 'n0', json: { ref: 'n0' } }, { str: ' at ' }, { dsl: 'place', json: { ref: 'place' } },
  ],
  captureSnapshot: true,
};

/** Everything that gives something of data, by name. */
const LEAVES = {
  evaluate: (data, options) => ['notes', 'n0', 'n1', 'n2', 'n3', 'place'].map((source) => probelang.evaluate(source, data, options)),
  fault: (data, options) => probelang.evaluate('notes.nope + n0', data, options),
  render: (data, options) => probelang.render('{n0}, {n1}, {n2}, {n3} at {place} of {notes}', data, options),
  pieces: (data, options) => probelang.render('{substring(n0, 0, 12)}{substring(n0, 12, 29)}', data, options),
  metric: (data, options) => probelang.metric('n0', data, options),
  trace: (data, options) => probelang.trace('len(n0) > 0 && any(notes, {@it == place}) || n1 == n2 || n3 == place', data, options),
  diff: (data, options) => ['notes', 'n0', 'n1', 'n2', 'n3', 'place'].map((source) => probelang.diff(source, data, options)),
  capture: (data, options) => probelang.capture(data, options),
  event: (data, options) => probelang.capture(data, { ...options, format: 'event' }),
  expressions: (data, options) => probelang.capture(data, { ...options, expressions: { one: 'n0', all: 'notes' } }),
  captureAudit: (data, options) => probelang.captureAudit(data, options),
  probeReplay: (data, options) => probelang.probeReplay([probe], [data], { ...options, match: 'all', timeline: true }),
  complete: (data, options) => probelang.complete('n', 1, data, options),
  hover: (data, options) => probelang.hover('notes', 2, data, options),
};

const FORMS = {
  'a document': document,
  'a recording': recording,
};

for (const [form, data] of Object.entries(FORMS)) {
  for (const [name, leaves] of Object.entries(LEAVES)) {
    test(`${name} of ${form} shows no secret under targeted, and no text under strict`, () => {
      for (const redaction of ['targeted', 'strict']) {
        const written = JSON.stringify(leaves(data, { redaction }));
        const hidden = SECRETS.map(([, secret]) => secret).concat(redaction === 'strict' ? [PLAIN] : []);
        for (const secret of hidden) assert.ok(!written.includes(secret), `${redaction}: ${secret} in ${written}`);
      }
    });
  }
  test(`${form} shows its texts without a mode, and what is no secret under targeted`, () => {
    for (const name of ['evaluate', 'render', 'trace', 'diff', 'capture', 'probeReplay']) {
      const written = (options) => JSON.stringify(LEAVES[name](data, options));
      for (const options of [undefined, { redaction: 'off' }]) assert.ok(written(options).includes(SECRETS[0][1]), name);
      assert.ok(written({ redaction: 'targeted' }).includes(PLAIN), name);
    }
  });
}

test('keys that are secrets are not shown', () => {
  const { names } = new probelang.Snapshot({ [`paid ${CARD}`]: 1, place: 1 }, { redaction: 'targeted' });
  assert.deepEqual(names, ['paid {redacted}', 'place']);
  for (const redaction of ['targeted', 'strict']) {
    assert.ok(!JSON.stringify(probelang.evaluate('by', document, { redaction })).includes(CARD));
  }
});

test('a snapshot is shown in its own mode, if that is stronger than that of the call', () => {
  const snapshot = new probelang.Snapshot(document, { redaction: 'strict' });
  for (const name of ['evaluate', 'render', 'trace', 'diff', 'capture', 'expressions', 'captureAudit']) {
    const written = JSON.stringify(LEAVES[name](snapshot, {}));
    for (const secret of [CARD, PLAIN]) assert.ok(!written.includes(secret), name);
  }
  snapshot.free();
});

test('shapes and patterns of a snapshot hold whatever the call says', () => {
  const note = `paid ${CARD} by ada@example.com with B-1815`;
  const own = { redactShapes: ['email'], redactPatterns: { badge: 'B-[0-9]{4}' }, noRedactShapes: ['card'] };
  const snapshot = new probelang.Snapshot({ note }, own);
  const value = (options) => probelang.evaluate('note', snapshot, options).value;
  for (const options of [{}, { redaction: 'off' }]) assert.equal(value(options), `paid ${CARD} by {redacted} with {redacted}`);
  assert.equal(value({ redaction: 'targeted' }), 'paid {redacted} by {redacted} with {redacted}');
  assert.equal(probelang.evaluate('note', { note: 'Oslo' }).value, 'Oslo');
  const [same, less] = [own, { redaction: 'targeted', noRedactShapes: ['card'] }].map((options) => new probelang.Program('note', options));
  assert.equal(same.evaluate(snapshot).value, `paid ${CARD} by {redacted} with {redacted}`);
  assert.throws(() => less.evaluate(snapshot), { name: 'TypeError', message: /than the program was compiled to hide/ });
  assert.ok(!JSON.stringify(probelang.capture(snapshot)).includes('B-1815'));
});

test('a program hides in the mode that it was compiled with, and is not run in a weaker one', () => {
  const [weak, strong] = [undefined, { redaction: 'targeted' }].map((options) => new probelang.Program('n0', options));
  assert.equal(strong.evaluate(document).value, 'paid with {redacted}');
  assert.equal(probelang.Program.fromArtifact(weak.toArtifact(), { redaction: 'targeted' }).evaluate(document).value, 'paid with {redacted}');
  const snapshot = new probelang.Snapshot(document, { redaction: 'strict' });
  for (const [program, data, options] of [[weak, document, { redaction: 'targeted' }], [strong, snapshot, {}]]) {
    for (const method of ['evaluate', 'trace']) {
      assert.throws(() => program[method](data, options), { name: 'TypeError', message: /than the program was compiled to hide/ });
    }
  }
});

test('shapes and patterns of your own ask for targeted', () => {
  const value = (note, options) => probelang.evaluate('note', { note }, options).value;
  assert.equal(value('to ada@example.com', { redaction: 'targeted' }), 'to ada@example.com');
  assert.equal(value('to ada@example.com', { redactShapes: ['email'] }), 'to {redacted}');
  assert.equal(value(`paid ${CARD}`, { redaction: 'targeted', noRedactShapes: ['card'] }), `paid ${CARD}`);
  assert.equal(value('seen with B-1815', { redactPatterns: { badge: 'B-[0-9]{4}' } }), 'seen with {redacted}');
  assert.equal(value('seen with B-1815', { redactPatterns: { badge: 'C-[0-9]{4}' } }), 'seen with B-1815');
});

test('expressions see the texts', () => {
  const condition = { kind: 'condition', redaction: 'strict' };
  assert.equal(probelang.evaluate('place == "Oslo Central"', document, condition).value, true);
});

test('wrong options are refused by every function', () => {
  const wrong = [
    [{ redaction: 'some' }, 'the option redaction takes "off", "targeted" or "strict"'],
    [{ redaction: true }, 'the option redaction takes "off", "targeted" or "strict"'],
    [{ redactShapes: 'email' }, 'the option redactShapes takes a list of strings'],
    [{ redactShapes: ['mail'] }, "there is no shape 'mail', only card, "],
    [{ noRedactShapes: [1] }, 'the option noRedactShapes takes a list of strings'],
    [{ redact: ['pass*'] }, "the option redact: names are compared whole, in any spelling, so '*' would match nothing"],
    [{ redactExclude: ['*'] }, 'the option redactExclude: names are compared whole'],
    [{ redaction: 'off', redactShapes: ['ip'] }, 'the option redactShapes hides nothing with redaction "off"'],
    [{ redaction: 'off', redactPatterns: { a: 'b' } }, 'the option redactPatterns hides nothing with redaction "off"'],
    [{ redactPatterns: ['a'] }, 'the option redactPatterns takes an object with a pattern for each name'],
    [{ redactPatterns: { a: 1 } }, 'the option redactPatterns takes an object with a pattern for each name'],
    [{ redactPatterns: { card: 'x' } }, "the option redactPatterns: 'card' is the name of a shape or mode"],
    [{ redactPatterns: { 'a b': 'x' } }, 'the option redactPatterns: the name of a pattern has letters'],
    [{ redactPatterns: { a: '(?=x)' } }, 'the option redactPatterns: a: error[PL'],
    [{ redactPatterns: { a: 'x*' } }, 'the option redactPatterns: a: error[PL'],
  ];
  const calls = { ...LEAVES, check: (_, options) => probelang.check('a', options), checker: (_, options) => checker.check('a', options),
    Snapshot: (data, options) => new probelang.Snapshot(data, options), Program: (_, options) => new probelang.Program('a', options) };
  for (const [options, message] of wrong) {
    for (const [name, call] of Object.entries(calls)) {
      assert.throws(() => call(document, options), (error) => {
        assert.equal(error.name, 'TypeError', name);
        assert.ok(error.message.includes(message), `${name}: ${error.message}`);
        return true;
      }, name);
    }
  }
});

test('the list of options is that of the module', () => {
  for (const name of REDACTION_OPTIONS) {
    assert.throws(() => probelang.check('a', { [name]: 1 }), { message: new RegExp(`^the option ${name} takes`) });
  }
});
