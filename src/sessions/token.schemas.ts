import { z } from 'zod';

import { hasAtMostCharacters } from '../measured-text.ts';
import { MAXIMUM_USERNAME_CHARACTERS } from '../security/usernames.ts';

const access = z.string().meta({ readOnly: true, description: 'Goes into `Authorization: Bearer …`; lives for an hour.', examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln'] });

// Neither is refused for its length: that is a wrong name or password like any other. Logging in measures both.
const username = z
  .string()
  .transform((value) => (hasAtMostCharacters(value, MAXIMUM_USERNAME_CHARACTERS) ? value.trim() : value))
  .pipe(z.string().min(1))
  .meta({ minLength: 1, writeOnly: true });
const password = z.string().min(1).meta({ format: 'password', writeOnly: true });

export const tokenObtainPairRequest = z
  .object({ username, password })
  .meta({ id: 'TokenObtainPairRequest', examples: [{ username: 'alice', password: 'correct horse battery' }] });

export const tokenObtainPair = z.object({ access }).meta({ id: 'TokenObtainPair', description: 'The refresh token is in the cookie only.' });

export const tokenRefreshRequest = z
  .object({ refresh: z.unknown().optional().meta({ override: { type: 'string' }, description: 'Ignored: the refresh token is read from the cookie only.' }) })
  .meta({ id: 'TokenRefreshRequest', examples: [{}] });

export const tokenRefresh = z.object({ access }).meta({ id: 'TokenRefresh', description: 'The next refresh token is in the cookie only.' });
