import type { FastifyInstance } from 'fastify';

/** While the server ends, each answer is the last one on its connection and says so: else clients would keep it open, and the server up. */
export function endConnections(app: FastifyInstance): void {
  let isEnding = false;
  app.addHook('preClose', (done) => {
    isEnding = true;
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isEnding) reply.header('connection', 'close');
    done();
  });
}
