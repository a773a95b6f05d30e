import type { FastifyInstance } from 'fastify';

import type { Services } from '../api/services.ts';
import { HOME_PAGE } from './home-page.ts';
import { readinessCheck } from './readiness.ts';

/** For operators: whether the process lives and can work, and a page for people who open the server in a browser. */
export function healthRoutes(app: FastifyInstance, { db }: Services): void {
  const isReady = readinessCheck(db);
  const schema = { hide: true };

  app.get('/healthz', { schema }, (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  app.get('/readyz', { schema }, async (_request, reply) => {
    const readiness = await isReady();
    return reply
      .code(readiness.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(readiness);
  });

  app.get('/', { schema }, (_request, reply) => reply.type('text/html; charset=utf-8').send(HOME_PAGE));
}
