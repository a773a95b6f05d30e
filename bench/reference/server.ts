/**
 * The bare reference: the same requests and answers, the same reads and writes, as hand-written `pg` named prepared
 * statements behind minimal Fastify handlers. No authentication, no validation, no OpenAPI, no ownership: what is left
 * is what Postgres, the driver and Fastify cost. The benchmark measures the server against it in the same run.
 *
 * `node bench/reference/server.ts DATABASE_URL USER_ID`
 */
import Fastify from 'fastify';

import { login } from './login.ts';
import { otherReads } from './other-reads.ts';
import { ReferenceDatabase } from './postgres.ts';
import { transactionReads } from './transaction-reads.ts';
import { writes } from './writes.ts';

const [connectionString = '', userId] = process.argv.slice(2);
const database = new ReferenceDatabase(connectionString);
const app = Fastify();
login(app, database);
transactionReads(app, database, Number(userId));
otherReads(app, database, Number(userId));
writes(app, database, Number(userId));

const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`reference listens on ${url}\n`);
process.on('SIGTERM', () => {
  void app.close().then(() => database.close());
});
