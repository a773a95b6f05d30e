import { expect, it } from 'vitest';

import { createBank as storeBank } from '../../src/banks/create-bank.ts';
import { useServer } from '../support/app.ts';
import { createBank, createUser, HttpClient } from '../support/factories.ts';

const server = useServer();
const BANKS = '/api/v1/banks/';

it('lists banks by name, the same way everywhere, and by what ordering says', async () => {
  const { http } = await createUser(server);
  for (const name of ['beta', 'Alpha', 'Ömega', 'alpha', 'Beta']) {
    await server.db.prisma.bank.create({ data: { id: crypto.randomUUID(), name, createdAt: server.clock.now() } });
  }
  const names = async (query: string): Promise<string[]> => ((await http.get(BANKS + query)).body as { results: { name: string }[] }).results.map(({ name }) => name);
  expect(await names('')).toEqual(['Alpha', 'Beta', 'alpha', 'beta', 'Ömega']);
  expect(await names('?ordering=-name')).toEqual(['Ömega', 'beta', 'alpha', 'Beta', 'Alpha']);
  expect([...(await names('?ordering=created_at&page_size=3')), ...(await names('?ordering=created_at&page_size=3&page=2'))].sort()).toEqual(['Alpha', 'Beta', 'alpha', 'beta', 'Ömega']);
  expect((await http.get(`${BANKS}?page=2`)).body).toEqual({ detail: 'Invalid page.' });
});

it('shows one bank, in the list and by its id', async () => {
  const { http } = await createUser(server);
  const { id } = await createBank(server, { name: 'First National', routingNumber: '021000021', defaultCurrency: 'jpy' });
  const response = await http.get(`${BANKS}${id}/`);
  expect([response.status, response.body]).toEqual([
    200,
    {
      id,
      name: 'First National',
      routing_number: '021000021',
      default_currency: 'JPY',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      modified_at: expect.stringMatching(/Z$/) as string,
    },
  ]);
  const { results } = (await http.get(`${BANKS}?page_size=500`)).body as { results: object[] };
  expect(results).toContainEqual(response.body);
  expect((await http.get(`${BANKS}${crypto.randomUUID()}/`)).body).toEqual({ detail: 'Not found.' });
});

it('has banks for reading only, and for people who are logged in', async () => {
  const { http } = await createUser(server);
  expect((await http.post(BANKS, { name: 'Mine' })).status).toBe(405);
  expect((await new HttpClient(server).get(BANKS)).status).toBe(401);
});

it.each([
  [{ name: ' ' }, 'name'],
  [{ name: 'x'.repeat(201) }, 'name'],
  [{ name: 'Bank', routingNumber: 'not a number' }, 'routingNumber'],
  [{ name: 'Bank', defaultCurrency: 'XYZ' }, 'defaultCurrency'],
])('makes no bank of %j', async (draft, field) => {
  await expect(storeBank(server.db, draft)).rejects.toThrow(new RegExp(`^${field}: `));
});

it('lists the ISO 4217 currencies as one array, by code', async () => {
  const { http } = await createUser(server);
  const response = await http.get('/api/v1/currencies/');
  const currencies = response.body as { code: string; name: string; numeric: string }[];
  expect(currencies).toContainEqual({ code: 'USD', name: 'US Dollar', numeric: '840' });
  expect(currencies.map(({ code }) => code)).toEqual(currencies.map(({ code }) => code).sort());
  expect(currencies.length).toBeGreaterThan(150);
});
