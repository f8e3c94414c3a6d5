// What is measured, in Node and in browsers: each row has a name and the times of its rounds in milliseconds,
// by the clock and, in Node, of the processor.

/** A document of 10,000 elements, 1.8 MB. */
export function document() {
  const items = Array.from({ length: 10_000 }, (_, id) => ({
    id,
    name: `article number ${id}`,
    price: (id * 7919) % 500,
    tags: ['first', 'second', 'third'],
    owner: { name: 'Ada Lovelace', email: `ada${id}@example.org`, active: id % 2 === 0 },
    note: 'back door',
  }));
  return JSON.stringify({ items, limit: 400 });
}

const CONDITION = 'len(filter(items, {@it.price > limit && @it.owner.active})) > 10';
const PATTERN = 'any(items, {matches(@it.owner.email, "ada9{5}@.*[.]com$")})';
const RUNTIMES = 'len(filter(items, {@it.name == "article number 9"})) == 1';
const kind = { kind: 'condition' };
/** What is too slow for the deadline of a probe on a busy machine is measured all the same. */
const patient = { ...kind, maxTime: 60_000, maxSteps: 1e9 };

/** `cpu` gives the milliseconds of processor time that were used so far, where that is known. */
export async function measure(engine, createClient, cpu = () => NaN) {
  const rows = [];

  async function row(name, rounds, call) {
    const times = [];
    const used = [];
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now();
      const before = cpu();
      await call();
      used.push(cpu() - before);
      times.push(performance.now() - from);
    }
    rows.push({ name, times, used });
  }

  await row('load the module', 1, () => engine.init());
  const text = document();
  let snapshot;
  await row('read 1.8 MB', 7, () => {
    snapshot?.free();
    snapshot = new engine.Snapshot(text);
  });
  let schema;
  await row('names and types of it', 7, () => {
    schema?.free();
    schema = snapshot.schema();
  });

  const known = { ...kind, schema };
  await row('tokens', 15, () => engine.tokens(CONDITION, kind));
  await row('check', 15, () => engine.check(CONDITION, known));
  await row('complete', 15, () => engine.complete('items[0].owner.', 15, undefined, known));
  await row('evaluate', 15, () => engine.evaluate(CONDITION, snapshot, patient));
  await row('trace', 15, () => engine.trace(CONDITION, snapshot, patient));
  const key = (source) => () => {
    engine.tokens(source, kind);
    engine.check(source, known);
    engine.trace(source, snapshot, patient);
  };
  await row('one key: tokens, check, trace', 15, key(CONDITION));
  await row('one key, with a pattern', 7, key(PATTERN));
  await row('evaluate, a result of 1.8 MB', 5, () => engine.evaluate('items', snapshot, { maxTime: 60_000, maxSteps: 1e9 }));
  await row('diff over all runtimes', 3, () => engine.diff(RUNTIMES, snapshot, patient));
  snapshot.free();

  const client = createClient();
  await client.init();
  let data;
  await row('worker: read 1.8 MB', 5, async () => {
    data?.free();
    data = await client.open(text);
  });
  await row('worker: a call there and back', 15, () => client.explain('PL0214'));
  await row('worker: one key', 15, () => Promise.all([
    client.tokens(CONDITION, kind), client.check(CONDITION, { ...kind, schema: data }), client.trace(CONDITION, data, patient),
  ]));
  await row('worker: a result of 1.8 MB', 5, () => client.evaluate('items', data, { maxTime: 60_000, maxSteps: 1e9 }));
  await row('worker: diff over all runtimes', 3, () => client.diff(RUNTIMES, data, patient));

  /** From the abort of a call that has run for `after` milliseconds to the answer of the next. */
  async function cancelled(after) {
    const times = [];
    for (let round = 0; round < 3; round += 1) {
      const one = createClient();
      await one.init();
      const controller = new AbortController();
      const running = one.evaluate('any(items, {any(items, {any(items, {@it == 1})})})', JSON.stringify({ items: Array(500).fill(0) }), {
        ...kind, maxTime: 600_000, maxSteps: 1e15, signal: controller.signal,
      }).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, after));
      const from = performance.now();
      controller.abort();
      await Promise.all([running, one.explain('PL0214')]);
      times.push(performance.now() - from);
      one.close();
    }
    return times;
  }
  rows.push({ name: 'worker: cancel a call of 30 ms', times: await cancelled(30), used: [NaN] });
  rows.push({ name: 'worker: cancel a call of 1 s', times: await cancelled(1000), used: [NaN] });
  client.close();
  return rows;
}
