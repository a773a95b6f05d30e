import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';

describe('/metrics', () => {
  const server = useServer({ MIBUDGE_METRICS: 'on' });

  it('counts requests by their route, never by what stands in the path', async () => {
    await server.http.get('/api/v1/transactions/0199f3a0-5c1e-7000-8000-000000000001/').expect(401);
    await server.http.get('/no/such/path').expect(404);
    const answer = await server.http.get('/metrics').expect(200).expect('content-type', /text\/plain/);
    expect(answer.text).toContain('mibudge_http_request_duration_seconds_count{method="GET",route="/api/v1/transactions/:id/",status="401"} 1');
    expect(answer.text).toContain('route="unknown",status="404"} 1');
    expect(answer.text).not.toContain('0199f3a0');
    expect(answer.text).toContain('mibudge_database_connections{state="idle"}');
  });
});

describe('/metrics, when it is off', () => {
  const server = useServer();

  it('is a path like any that does not exist', async () => {
    await server.http.get('/metrics').expect(404);
  });
});
