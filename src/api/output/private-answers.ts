import type { FastifyInstance } from 'fastify';

/**
 * Keeps all answers of this scope, failures too, from being stored by browsers and proxies (RFC 9111, section 5.2.2.5): what
 * they say is for one user, or a token (RFC 6749, section 5.1). A route that knows better sets a header of its own.
 */
export function keepFromCaches(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store');
    done();
  });
}
