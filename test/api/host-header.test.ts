import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser } from '../support/factories.ts';

const server = useServer({ MIBUDGE_TRUST_PROXY: 'loopback' });
const DETAIL = 'The Host header must be a host name or an address, with a port or without.';

/** Sends a request with exactly these header lines. @returns its status, and its body as text */
async function get(path: string, headers: readonly string[], version = '1.1'): Promise<[number, string]> {
  const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write([`GET ${path} HTTP/${version}`, ...headers, 'connection: close', '', ''].join('\r\n'));
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return [Number(head.split(' ')[1]), body];
}

describe.each([
  ['a path', ['host: budget.example.com/below']],
  ['credentials', ['host: me@budget.example.com']],
  ['markup', ['host: "><script>']],
  ['two words', ['host: one two']],
  ['a port that is none', ['host: budget.example.com:http']],
  ['a port beyond the last', ['host: budget.example.com:65536']],
  ['an address that is none', ['host: [::g]']],
  ['an address of four numbers that is none', ['host: 1.2.3.256']],
  ['more characters than names have', [`host: ${'a'.repeat(300)}`]],
  ['nothing', ['host:']],
  ['no Host at all', []],
  ['two of them', ['host: a.example.com', 'host: b.example.com']],
  ["a trusted proxy's host with a path", ['host: localhost', 'x-forwarded-host: evil.example.com/x']],
])('a Host with %s', (_what, headers) => {
  it('is 400 in the shape of all failures, wherever it is sent', async () => {
    for (const path of ['/', '/readyz', '/nowhere', '/api/v1/transactions/']) expect(await get(path, headers)).toEqual([400, JSON.stringify({ detail: DETAIL })]);
    expect((await get('/', headers, '1.0'))[0]).toBe(400);
  });

  it('does not keep a probe from hearing that the process lives', async () => {
    for (const path of ['/healthz', '/healthz/?probe']) expect(await get(path, headers)).toEqual([200, '{"status":"ok"}']);
  });
});

it.each(['localhost', 'budget.example.com:443', 'my_service-1.lan.', '192.0.2.1:8000', '[::1]:8000', '[2001:db8::192.0.2.1]', 'BUDGET'])('%s is a host, and links name it', async (host) => {
  const user = await createUser(server);
  const [status, body] = await get('/api/v1/currencies/', [`host: ${host}`, `authorization: Bearer ${user.token}`]);
  expect([status, body.slice(0, 2)]).toEqual([200, '[{']);
  const [, me] = await get('/api/v1/users/me/', [`host: ${host}`, `authorization: Bearer ${user.token}`]);
  expect((JSON.parse(me) as { url: string }).url).toBe(`http://${host}/api/v1/users/${user.username}/`);
});
