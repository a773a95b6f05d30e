import { z } from 'zod';

const access = z.string().meta({ readOnly: true, description: 'Goes into `Authorization: Bearer …`; lives for an hour.', examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln'] });

export const tokenObtainPairRequest = z
  .object({ username: z.string().trim().min(1).meta({ writeOnly: true }), password: z.string().min(1).meta({ format: 'password', writeOnly: true }) })
  .meta({ id: 'TokenObtainPairRequest', examples: [{ username: 'alice', password: 'correct horse battery' }] });

export const tokenObtainPair = z.object({ access }).meta({ id: 'TokenObtainPair', description: 'The refresh token is in the cookie only.' });

export const tokenRefreshRequest = z
  .object({ refresh: z.unknown().optional().meta({ override: { type: 'string' }, description: 'Ignored: the refresh token is read from the cookie only.' }) })
  .meta({ id: 'TokenRefreshRequest', examples: [{}] });

export const tokenRefresh = z.object({ access }).meta({ id: 'TokenRefresh', description: 'The next refresh token is in the cookie only.' });
