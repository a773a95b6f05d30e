import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser, HttpClient } from '../support/factories.ts';

const PUBLIC_ORIGIN = 'https://budget.example.com';
const LISTED = 'https://app.example.com';
const server = useServer({ MIBUDGE_PUBLIC_URL: `${PUBLIC_ORIGIN}/below`, MIBUDGE_CORS_ORIGINS: LISTED });
const http = new HttpClient(server);
const HOST = 'nas.local:8000';
const REFUSAL = { detail: 'Requests from pages of this origin are not allowed.' };

type Headers = Record<string, string>;
const ALLOWED: [string, Headers][] = [
  ['no browser', {}],
  ['the configured URL', { origin: PUBLIC_ORIGIN, 'sec-fetch-site': 'same-origin' }],
  ['the host that is asked', { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' }],
  ['a listed origin', { origin: LISTED, 'sec-fetch-site': 'cross-site' }],
  ['a listed origin of an old browser', { origin: LISTED }],
  ['the address bar', { 'sec-fetch-site': 'none' }],
];
const REFUSED: [string, Headers][] = [
  ['another origin', { origin: 'https://evil.example.com' }],
  ['another origin, whatever its browser says', { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-origin' }],
  ['a sandboxed page', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['another scheme', { origin: 'http://budget.example.com' }],
  ['another port', { origin: 'http://nas.local:8001' }],
  ['a name that only begins like it', { origin: `${PUBLIC_ORIGIN}.evil.example.com` }],
  ['two origins', { origin: `${LISTED}, https://evil.example.com` }],
  ['the same site without an origin', { 'sec-fetch-site': 'same-site' }],
  ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
  ['another site under our name', { origin: PUBLIC_ORIGIN, 'sec-fetch-site': 'cross-site' }],
];

describe.each([
  ['/api/token/', 200],
  ['/api/token/refresh/', 401],
  ['/api/token/logout/', 204],
])('POST %s', (path, status) => {
  it.each(ALLOWED)(`answers a request from %s with ${status}`, async (_whence, headers) => {
    const { username, password } = await createUser(server);
    await http.post(path, path === '/api/token/' ? { username, password } : {}).set({ host: HOST, ...headers }).expect(status);
  });

  it.each(REFUSED)('refuses a request from %s, before it does anything', async (_whence, headers) => {
    const { username, password } = await createUser(server);
    server.statements.length = 0;
    const answer = await http.post(path, { username, password }).set({ host: HOST, cookie: 'refresh_token=some', ...headers }).expect(403, REFUSAL);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(server.statements).toEqual([]);
  });
});

it('other routes do not ask: a page of another origin has no token, and may not read the answer', async () => {
  const user = await createUser(server);
  await user.http.get('/api/v1/users/me/').set('origin', 'https://evil.example.com').expect(200);
});
