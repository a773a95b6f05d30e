import { expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser, HttpClient } from '../support/factories.ts';

const ORIGIN = 'https://app.example.com';
const server = useServer({ MIBUDGE_CORS_ORIGINS: ORIGIN });
const http = new HttpClient(server);

it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('lets a configured origin ask for %s, with its cookie and token', async (method) => {
  const request = http.options('/api/v1/users/me/').set('origin', ORIGIN).set('access-control-request-method', method);
  const response = await request.set('access-control-request-headers', 'authorization,content-type');
  expect(response.status).toBe(204);
  expect(response.headers['access-control-allow-origin']).toBe(ORIGIN);
  expect(response.headers['access-control-allow-credentials']).toBe('true');
  expect(String(response.headers['access-control-allow-methods']).split(', ')).toContain(method);
  expect(response.headers['access-control-allow-headers']).toBe('authorization,content-type');
});

it('lets it read answers, failures too, and when to come back', async () => {
  const { token } = await createUser(server);
  for (const header of [`Bearer ${token}`, 'Bearer nonsense']) {
    const response = await http.get('/api/v1/users/me/').set('origin', ORIGIN).set('authorization', header);
    expect(response.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(response.headers['access-control-expose-headers']).toBe('Retry-After');
  }
});

it('lets no other origin', async () => {
  const response = await http.options('/api/v1/users/me/').set('origin', 'https://evil.example.com').set('access-control-request-method', 'GET');
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
});

it('answers an OPTIONS that is no preflight without a body', async () => {
  const response = await http.options('/api/v1/users/me/');
  expect([response.status, response.text]).toEqual([204, '']);
});
