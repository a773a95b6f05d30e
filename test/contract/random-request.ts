import fc from 'fast-check';

import { flatten, type DocumentOperation, type DocumentSchema, type OpenApiDocument } from './document.ts';

/** What a walk has met so far: ids by the noun of their path, such as `budgets`. */
export type KnownIds = Map<string, string[]>;

/** Stands for an id that is picked when the request is sent: one of those known then. */
export class Pick {
  readonly noun: string;
  readonly index: number;

  constructor(noun: string, index: number) {
    this.noun = noun;
    this.index = index;
  }

  /** @returns an id of the noun, or one that nothing has */
  resolve(known: KnownIds): string {
    const ids = known.get(this.noun) ?? [];
    return ids[this.index % Math.max(1, ids.length)] ?? '00000000-0000-7000-8000-000000000000';
  }
}

export type BodyForm = 'json' | 'urlencoded' | 'multipart' | 'broken';

export type Actor = 'owner' | 'coOwner' | 'stranger' | 'staff';

/** A request before its ids are picked. */
export interface RequestPlan {
  operationId: string;
  actor: Actor;
  form: BodyForm;
  /** How many fields of a request known to be valid the body changes; null: the body stands alone. */
  changes: number | null;
  id: unknown;
  body: Record<string, unknown>;
  query: Record<string, unknown>;
}

/** Fields and parameters that name an object, and what kind. */
const NOUNS: Readonly<Record<string, string>> = {
  bank: 'banks',
  bank_account: 'bank-accounts',
  default_bank_account: 'bank-accounts',
  budget: 'budgets',
  src_budget: 'budgets',
  dst_budget: 'budgets',
  transaction: 'transactions',
};

/** The noun of a path: `/api/v1/budgets/{id}/archive/` is about `budgets`. */
export function nounOf(path: string): string {
  return path.split('/')[3] ?? '';
}

const amounts = fc.constantFrom<unknown>('10', '-42.17', '0.01', 7, 19.99, '.5', '5.', '+3.00', '0', '100.000', '999999999999.99');
const days = fc.constantFrom('2026-11-01', '2026-11-19', '2026-11-20', '2026-12-01', '2027-06-15', '2024-02-29');
const instants = fc.constantFrom('2026-11-19T12:00:00Z', '2026-11-20T08:00:00.123456+02:00', '2026-11-19', '2026-10-25T02:30:00', '2026-11-20T23:59:59.999Z');
const schedules = fc.constantFrom(
  'RRULE:FREQ=MONTHLY;BYMONTHDAY=1',
  'RRULE:FREQ=WEEKLY;BYDAY=FR',
  'DTSTART:20261115T000000Z\nRRULE:FREQ=MONTHLY;COUNT=6',
  'FREQ=YEARLY',
  'RRULE:FREQ=HOURLY',
  'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31',
  'RRULE:FREQ=MONTHLY;BYMONTHDAY=99',
);
const texts = fc.oneof(fc.constantFrom('CORNER GROCERY 11/19', 'Lunch ÄÖ 🍰', 'a', '100%_\\'), fc.string({ unit: 'binary', maxLength: 40 }));

/** What no field expects. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, '', ' ', '\0', 'null', 'true', 'NaN', '1e9', '-1', '9'.repeat(40), 'x'.repeat(600), '2026-02-30', '0000-00-00', '+275760-09-13', "'; DROP TABLE users; --"),
  fc.constantFrom<unknown>(true, false, 0, -1, 1e300, -0.001, 0.1234567, [], {}, [null], { amount: '1' }, { __proto__: null, constructor: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function valueOf(document: OpenApiDocument, name: string, field: DocumentSchema): fc.Arbitrary<unknown> {
  const schema = flatten(document, field);
  const noun = NOUNS[name];
  if (noun !== undefined) return fc.nat({ max: 50 }).map((index) => new Pick(noun, index));
  if (name === 'splits') return fc.array(fc.tuple(fc.nat({ max: 50 }), amounts), { maxLength: 3 }).map((parts) => parts.map(([index, part]) => [new Pick('budgets', index), part]));
  if (name.endsWith('_schedule')) return schedules;
  if (name.endsWith('_currency') || name === 'currency') return fc.constantFrom('USD', 'usd', 'JPY', 'XXX');
  if (name === 'timezone') return fc.constantFrom('UTC', 'America/New_York', 'Pacific/Kiritimati', 'Mars/Olympus');
  if (name === 'page') return fc.constantFrom('1', '2', '0', 'last', 'x');
  if (name === 'page_size') return fc.constantFrom('1', '500', '501', '-1', 'many');
  if (name === 'ordering') return fc.constantFrom('name', '-created_at', 'amount,-transaction_date', 'nonsense', ',,-');
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'decimal') return amounts;
  if (schema.format === 'date') return days;
  if (schema.format === 'date-time') return instants;
  if (schema.format === 'binary') return fc.constantFrom<unknown>(null, new File(['not an image'], 'a.png'), new File([], 'empty.pdf'), new File(['%PDF-1.7'], 'a.pdf'));
  if (schema.types.includes('boolean')) return fc.boolean();
  return texts;
}

function objectOf(document: OpenApiDocument, fields: Record<string, DocumentSchema>, required: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(fields).map(([name, schema]) => {
    const valid = valueOf(document, name, schema);
    const value = fc.oneof({ weight: 30, arbitrary: valid }, { weight: 1, arbitrary: hostile });
    // What is required is rarely left out, what is optional is there now and then.
    const [absent, present] = required.includes(name) ? [1, 40] : [3, 1];
    return [name, fc.oneof({ weight: absent, arbitrary: fc.constant(ABSENT) }, { weight: present, arbitrary: value })] as const;
  });
  return fc.record(Object.fromEntries<fc.Arbitrary<unknown>>(values)).map((body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ABSENT)));
}

const ABSENT = Symbol('absent');

/** Any request to the operation, as its description allows it or somewhat broken. */
export function requestTo(document: OpenApiDocument, operation: DocumentOperation): fc.Arbitrary<RequestPlan> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const { properties = {}, required = [] } = schema ? flatten(document, schema) : {};
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
  const ids = fc.nat({ max: 50 }).map((index) => new Pick(nounOf(operation.path), index));
  return fc.record({
    operationId: fc.constant(operation.operationId),
    actor: fc.oneof({ weight: 8, arbitrary: fc.constant<Actor>('owner') }, { weight: 3, arbitrary: fc.constantFrom<Actor>('coOwner', 'stranger', 'staff') }),
    form: fc.oneof({ weight: 20, arbitrary: fc.constantFrom<BodyForm>('json', 'urlencoded', 'multipart') }, { weight: 1, arbitrary: fc.constant<BodyForm>('broken') }),
    changes: fc.option(fc.nat({ max: 2 }), { freq: 2 }),
    id: fc.oneof({ weight: 20, arbitrary: ids }, { weight: 1, arbitrary: fc.constantFrom<unknown>('nonsense', '../users', '%', '00000000-0000-0000-0000-000000000000') }),
    body: objectOf(document, properties, required),
    query: objectOf(document, Object.fromEntries(parameters.map(({ name, schema: parameter }) => [name, parameter])), []),
  });
}
