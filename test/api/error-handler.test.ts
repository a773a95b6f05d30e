import Fastify from 'fastify';
import { expect, test } from 'vitest';

import { registerErrorHandler } from '../../src/api/errors/error-handler.ts';

const reset = (properties: object): Error => Object.assign(new Error('aborted'), { code: 'ECONNRESET' }, properties);

test.each([
  ['the client', reset({ statusCode: 400 }), 400, { detail: 'Malformed request.' }],
  ['the database', reset({}), 503, { detail: 'The service is temporarily unavailable. Try again shortly.' }],
])('a connection that %s resets is told from others by whose it is', async (_whose, error, status, body) => {
  const app = Fastify();
  registerErrorHandler(app);
  app.get('/', () => Promise.reject(error));
  const response = await app.inject('/');
  expect([response.statusCode, response.json()]).toEqual([status, body]);
});
