// A fault says what the data has instead: the nearest name, the names that there are, the frame that has it.
import '../guard.js';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as probelang from '../../package/node.js';

const request = { request: { status: 503, headers: { 'X-Request-Id': '7f3a' } }, user: { roles: ['ops'] } };
const snapshot = {
  language: 'java',
  captures: {
    entry: { arguments: { n: { type: 'int', value: '1' } } },
    return: { arguments: { sum: { type: 'int', value: '2' } } },
  },
};

before(() => probelang.init());

/** What a fault says besides its message. */
const said = ({ fault }) => [...fault.edits.map((edit) => edit.title), ...fault.notes];

test('a fault has the nearest name as an edit, which applies', () => {
  const source = 'request.stauts == 503';
  const { fault } = probelang.evaluate(source, request);
  assert.equal(fault.message, 'no key `stauts` in the map');
  const [{ start, end }, text] = [fault.edits[0].changes[0].span.utf16, fault.edits[0].changes[0].text];
  assert.equal(source.slice(0, start) + text + source.slice(end), 'request.status == 503');
});

test('a fault says what there is', () => {
  assert.deepEqual(said(probelang.evaluate('usr', request)), ['write `user`']);
  assert.deepEqual(said(probelang.evaluate('request.headers["x-request-id"]', request)), ['write `"X-Request-Id"`']);
  assert.deepEqual(said(probelang.evaluate('user.roles.length', request)), ['write `len(user.roles)`']);
  assert.deepEqual(said(probelang.evaluate('price', request)), ['in scope: `request`, `user`']);
  assert.deepEqual(said(probelang.evaluate('price')), ['no data was given']);
});

test('a fault names the frame that has the name', () => {
  const [note] = said(probelang.evaluate('sum', JSON.stringify(snapshot), { frame: 'entry' }));
  assert.equal(note, 'the frame `return` of the snapshot has it, this is `entry`');
});

test('a part of a message has the hint, its text does not', () => {
  const { text, errors } = probelang.render('{usr}', request);
  assert.ok(!text.includes('user'), text);
  assert.equal(errors[0].edits[0].title, 'write `user`');
});

test('no hint shows a value that is redacted', () => {
  const { fault } = probelang.evaluate('user.nope', { user: { password: 's3cret' } });
  assert.ok(!JSON.stringify(fault).includes('s3cret'));
});
