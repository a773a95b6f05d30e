import type { JWT } from '@fastify/jwt';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** How long an access token opens the API. */
export const ACCESS_TOKEN_LIFETIME_SECONDS = 3600;
/** Ours are far shorter: longer text is refused before it is decoded. */
export const MAXIMUM_TOKEN_CHARACTERS = 1_024;
/** Tokens in use at one time whose signatures need not be checked again. */
export const MAXIMUM_REMEMBERED_TOKENS = 10_000;

const accessClaims = z.object({ user_id: z.int(), token_type: z.literal('access'), exp: z.number() });

/**
 * Signs an access token.
 * @param jwt the app's signer, which holds the key and the algorithm
 * @returns the token for `Authorization: Bearer …`
 */
export function signAccessToken(jwt: JWT, userId: number): string {
  return jwt.sign({ user_id: userId, token_type: 'access' }, { expiresIn: ACCESS_TOKEN_LIFETIME_SECONDS });
}

/** Reads access tokens. A client sends the same one for an hour: its signature is checked the first time, its expiry each time. */
export class AccessTokenReader {
  readonly #jwt: JWT;
  readonly #remembered = new LRUCache<string, { userId: number; expiresAt: number }>({ max: MAXIMUM_REMEMBERED_TOKENS });

  constructor(jwt: JWT) {
    this.#jwt = jwt;
  }

  /** @returns the user's id, or undefined when the token is malformed, expired, signed with another key, or of another type */
  read(token: string): number | undefined {
    if (token.length > MAXIMUM_TOKEN_CHARACTERS) return undefined;
    const remembered = this.#remembered.get(token);
    if (remembered) return Date.now() < remembered.expiresAt ? remembered.userId : undefined;
    const claims = this.#verify(token);
    if (!claims) return undefined;
    this.#remembered.set(token, { userId: claims.user_id, expiresAt: claims.exp * 1000 });
    return claims.user_id;
  }

  #verify(token: string): z.output<typeof accessClaims> | undefined {
    try {
      return accessClaims.safeParse(this.#jwt.verify(token)).data;
    } catch {
      return undefined;
    }
  }
}
