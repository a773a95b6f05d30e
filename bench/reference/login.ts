import { createHash, randomBytes, randomUUID } from 'node:crypto';

import { verify } from '@node-rs/argon2';
import type { FastifyInstance } from 'fastify';

import type { ReferenceDatabase } from './postgres.ts';

const TWO_WEEKS_MILLISECONDS = 14 * 86_400_000;

/** Logs in: the password is checked, since that is the work; the token that comes back opens nothing, since nothing is closed. */
export function login(app: FastifyInstance, database: ReferenceDatabase): void {
  app.post<{ Body: { username: string; password: string } }>('/api/token/', async ({ body }, reply) => {
    const [user] = await database.rows<{ id: number; password_hash: string }>('SELECT * FROM users WHERE username = $1', [body.username]);
    if (!user || !(await verify(user.password_hash, body.password))) return reply.code(401).send({});
    const token = randomBytes(32).toString('base64url');
    await database.inTransaction(async (rows) => {
      const now = new Date();
      await rows('SELECT id FROM users WHERE id = $1 AND is_active AND password_hash = $2 FOR NO KEY UPDATE', [user.id, user.password_hash]);
      await rows('INSERT INTO refresh_tokens (token_hash, family_id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)', [
        createHash('sha256').update(token).digest(),
        randomUUID(),
        user.id,
        now,
        new Date(now.getTime() + TWO_WEEKS_MILLISECONDS),
      ]);
      await rows(
        `DELETE FROM refresh_tokens WHERE token_hash IN (
          SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)`,
        [now],
      );
    });
    return { access: token };
  });
}
