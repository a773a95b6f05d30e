import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser } from '../support/factories.ts';

describe.each([
  ['http', {}, undefined],
  ['https', { MIBUDGE_PUBLIC_URL: 'https://budget.example.com' }, 'max-age=31536000; includeSubDomains'],
])('over %s', (_scheme, environment, strictTransportSecurity) => {
  const server = useServer(environment);

  it.each(['/api/v1/users/me/', '/api/v1/schema/', '/nowhere', '/healthz'])('%s, which is data, may load nothing and be shown in nothing', async (path) => {
    const { headers } = await server.http.get(path);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['strict-transport-security']).toBe(strictTransportSecurity);
  });

  it.each(['/', '/api/v1/schema/swagger-ui/', '/api/v1/schema/redoc/'])('%s, which is a page, has all headers of helmet', async (path) => {
    const { headers } = await server.http.get(path).expect(200);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("'self'") as unknown,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(headers['strict-transport-security']).toBe(strictTransportSecurity);
  });
});

describe('what is meant for one user is kept by no cache', () => {
  const server = useServer();

  it.each(['/api/v1/users/me/', '/api/v1/transactions/', '/api/v1/currencies/', '/api/v1/transactions/0199f3a0-5c1e-7000-8000-000000000001/', '/api/v1/transactions/?page=0', '/api/v1/users/'])(
    '%s with a token and without, whatever becomes of it',
    async (path) => {
      const user = await createUser(server);
      for (const http of [user.http, server.http]) {
        const answer = await http.get(path);
        expect(answer.headers['cache-control']).toBe('no-store');
      }
    },
  );

  it.each(['/api/token/', '/api/token/refresh/', '/api/token/logout/'])('%s', async (path) => {
    const answer = await server.http.post(path);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
