// Samples: an expression with data over which it shows something. The recordings are those of the conformance suite.

import type { Dialect } from 'probelang';

import type { Mode, Tab, Work } from './state';
import { LIMITS } from './state';

export interface Sample {
  id: string;
  group: 'Start here' | 'Recordings' | 'Probes';
  name: string;
  about: string;
  mode: Mode;
  source: string;
  load: () => Promise<string> | string;
  frame?: string;
  dialect?: Dialect;
  tab?: Tab;
  /** How the command calls it. */
  builtIn?: string;
}

type Raw = Promise<{ default: string }>;

const raw = (load: () => Raw) => async () => (await load()).default;

const ORDER = {
  order: {
    id: 48213,
    status: 'paid',
    total: 342.5,
    currency: 'EUR',
    customer: { name: 'Ada', plan: 'gold', age: 36, password: 'hunter2', address: { city: 'Oslo', country: 'NO' } },
    items: [
      { sku: 'T-100', name: 'tea', price: 4.5, quantity: 5, gift: false },
      { sku: 'S-007', name: 'samovar', price: 320, quantity: 1, gift: true },
      { sku: 'C-042', name: 'cups', price: 24, quantity: 2, gift: false },
    ],
  },
  coupon: null,
  retries: 2,
  limit: 100,
  stock: { tea: 120, samovar: 0, cups: 8 },
};

const order = (): string => JSON.stringify(ORDER, null, 2);

/** Calls of one method, a second or less apart, as a tracer records them. */
function hits(): string {
  const start = Date.UTC(2026, 10, 29, 9, 0, 0);
  const names = ['Ada', 'Grace', 'Linus', 'Barbara', 'Edsger'];
  let at = start;
  return Array.from({ length: 40 }, (_, hit) => {
    at += hit % 7 === 3 ? 200 : hit % 5 === 4 ? 2_600 : 900;
    const total = (hit * 37) % 240;
    const locals = {
      total: { type: 'int', value: String(total) },
      retries: { type: 'int', value: String(hit % 3) },
      customer: {
        type: 'Customer',
        fields: {
          name: { type: 'str', value: names[hit % names.length] },
          // Now and then nobody is logged in.
          plan: hit % 9 === 8 ? { type: 'NoneType', isNull: true } : { type: 'str', value: hit % 4 === 0 ? 'gold' : 'basic' },
          token: { type: 'str', notCapturedReason: 'redactedIdent' },
        },
      },
    };
    return JSON.stringify({
      service: 'shop', timestamp: at,
      debugger: {
        snapshot: {
          id: `hit-${hit + 1}`, timestamp: at, language: 'python', duration: 1_500_000,
          probe: { id: 'recorder', version: 1, location: { file: 'shop/cart.py', lines: ['42'] } },
          stack: [{ fileName: 'shop/cart.py', function: 'pay', lineNumber: 42 }],
          captures: { lines: { 42: { locals } } },
        },
      },
    });
  }).join('\n');
}

const PROBES = [
  {
    id: 'large-orders', version: 1, type: 'LOG_PROBE', language: 'python',
    where: { sourceFile: 'shop/cart.py', lines: ['42'] },
    when: { dsl: 'total > 100', json: { gt: [{ ref: 'total' }, 100] } },
    template: '{customer.name} pays {total}',
    segments: [
      { dsl: 'customer.name', json: { getmember: [{ ref: 'customer' }, 'name'] } },
      { str: ' pays ' },
      { dsl: 'total', json: { ref: 'total' } },
    ],
    captureSnapshot: true,
    sampling: { snapshotsPerSecond: 0.5 },
  },
  {
    id: 'gold-retries', version: 1, type: 'LOG_PROBE', language: 'python',
    where: { sourceFile: 'shop/cart.py', lines: ['42'] },
    when: {
      dsl: 'startsWith(customer.plan, "gold") && retries > 0',
      json: {
        and: [
          { startsWith: [{ getmember: [{ ref: 'customer' }, 'plan'] }, 'gold'] },
          { gt: [{ ref: 'retries' }, 0] },
        ],
      },
    },
    template: 'a gold customer retried', segments: [{ str: 'a gold customer retried' }],
    captureSnapshot: false,
  },
  {
    id: 'order-total', version: 1, type: 'METRIC_PROBE', language: 'python',
    where: { sourceFile: 'shop/cart.py', lines: ['42'] },
    kind: 'DISTRIBUTION', metricName: 'shop.order.total', value: { dsl: 'total', json: { ref: 'total' } },
  },
];

export const SAMPLES: readonly Sample[] = [
  {
    id: 'silent', group: 'Start here', name: 'Why does it not fire?',
    about: 'A condition that is never true. One click mends it.', mode: 'condition',
    source: 'order.total > 100\n  && order.status == "paid"\n  && any(order.items, {@it.name == "tea" && @it.name == "samovar"})',
    load: order,
  },
  {
    id: 'secret', group: 'Start here', name: 'A secret in a message',
    about: 'What is redacted stays hidden, and says by which rule.', mode: 'template',
    source: 'Order {order.id} of {order.customer}: {len(order.items)} items, password {order.customer.password}', load: order,
  },
  {
    id: 'metric', group: 'Start here', name: 'A metric',
    about: 'The number that a probe would send.', mode: 'metric', source: 'len(filter(order.items, {@it.price < limit}))', load: order,
  },
  {
    id: 'runtimes', group: 'Start here', name: 'Seven runtimes, two answers',
    about: 'The same text means something else elsewhere.', mode: 'condition', tab: 'dialects',
    source: 'isEmpty(coupon) || order.customer.vip == true', load: order,
  },
  {
    id: 'shop', group: 'Recordings', name: 'Python: a shop, cut and redacted', builtIn: 'shop',
    about: 'A line probe: lists and maps that were cut by size and depth, secrets.', mode: 'condition',
    source: 'any(numbers, {@it > 1}) && len(numbers) > 300', frame: 'lines.92',
    load: raw(() => import('../../../../../conformance/snapshots/python-shop-line-small.json?raw')),
  },
  {
    id: 'shop-node', group: 'Recordings', name: 'Node.js: the same shop', builtIn: 'shop-node',
    about: 'What was not captured is not guessed.', mode: 'condition',
    source: 'len(users) == 3 && users[0].name == "Ada"', frame: 'lines.46',
    load: raw(() => import('../../../../../conformance/snapshots/node-shop-small.json?raw')),
  },
  {
    id: 'children', group: 'Recordings', name: '.NET: a list of objects', builtIn: 'children',
    about: 'A filter over objects, and what it keeps.', mode: 'value', source: 'filter(children, {@it.Age > 20})', frame: 'return',
    load: raw(() => import('../../../../../conformance/snapshots/dotnet-HasLocalListOfObjects.json?raw')),
  },
  {
    id: 'throw', group: 'Recordings', name: '.NET: a method that throws', builtIn: 'throw',
    about: 'The entry and the end of a call that failed.', mode: 'condition',
    source: 'toSet > numberSnapshot && this.Number == toSet', frame: 'return',
    load: raw(() => import('../../../../../conformance/snapshots/dotnet-throw.json?raw')),
  },
  {
    id: 'java', group: 'Recordings', name: 'Java: an exception',
    about: 'What a call ended with.', mode: 'condition', source: 'contains(@exception.message, "SERVER_ERROR")', frame: 'return',
    load: raw(() => import('../../../../../conformance/snapshots/java-simple.json?raw')),
  },
  {
    id: 'ruby', group: 'Recordings', name: 'Ruby: before and after a call', builtIn: 'ruby',
    about: 'Two frames of one call.', mode: 'template', source: 'returned {@return}, self is {self}', frame: 'return',
    load: raw(() => import('../../../../../conformance/snapshots/ruby-args-return.json?raw')),
  },
  {
    id: 'php', group: 'Recordings', name: 'PHP: a request',
    about: 'Superglobals, of which one is redacted.', mode: 'condition',
    source: 'len(parts) == 2 && parts[1] == "simple" && isDefined(query)', frame: 'return',
    load: raw(() => import('../../../../../conformance/snapshots/php-simple.json?raw')),
  },
  {
    id: 'go', group: 'Recordings', name: 'Go: simple parameters',
    about: 'Numbers of several widths.', mode: 'condition', source: 'b == 42 && c > 100 && d >= 1337', frame: 'entry',
    load: raw(() => import('../../../../../conformance/snapshots/go-simple-params.json?raw')),
  },
  {
    id: 'rounds', group: 'Recordings', name: 'Python: several snapshots in one file', builtIn: 'rounds',
    about: 'Go through them one by one.', mode: 'condition', source: 'shape == "paper"',
    load: raw(() => import('../../../../../conformance/snapshots/python-rockpaperscissors.json?raw')),
  },
  {
    id: 'replay', group: 'Probes', name: 'Three probes over forty hits',
    about: 'What fired, missed, failed or was rate-limited.', mode: 'probe', tab: 'replay',
    source: JSON.stringify(PROBES, null, 2), load: hits,
  },
];

export const FIRST = SAMPLES[0] as Sample;

/** The fragment of the address that opens a sample. */
export const addressOf = ({ id }: Sample): string => `#sample=${id}`;

/** The sample that a fragment names. */
export const named = (fragment: string): Sample | undefined => SAMPLES.find((sample) => addressOf(sample) === fragment);

/** What the other kinds of expression begin with. */
const BEGINNINGS: Record<Mode, string> = {
  condition: 'order.total > 100',
  template: 'Order {order.id}: {len(order.items)} items',
  metric: 'order.total',
  value: 'filter(order.items, {@it.price > limit})',
  probe: JSON.stringify([{
    id: 'my-probe', version: 1, type: 'LOG_PROBE', language: 'python', where: { typeName: 'shop.Checkout', methodName: 'pay' },
    when: { dsl: 'order.total > 100', json: { gt: [{ getmember: [{ ref: 'order' }, 'total'] }, 100] } },
    template: 'Order {order.id}',
    segments: [{ str: 'Order ' }, { dsl: 'order.id', json: { getmember: [{ ref: 'order' }, 'id'] } }],
    captureSnapshot: true,
  }], null, 2),
};

/** The work that a sample begins. */
export async function begin(sample: Sample): Promise<Work> {
  return {
    mode: sample.mode,
    sources: { ...BEGINNINGS, [sample.mode]: sample.source },
    dialect: sample.dialect ?? 'portable',
    data: await sample.load(),
    sample: sample.builtIn ?? null,
    frame: sample.frame ?? null,
    index: 0,
    redact: [],
    redactExclude: [],
    redaction: 'off',
    limits: LIMITS,
    tab: sample.tab ?? 'why',
  };
}
