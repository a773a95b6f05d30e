import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';

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
