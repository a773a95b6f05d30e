import type { JWT } from '@fastify/jwt';

/** How long an access token opens the API. */
export const ACCESS_TOKEN_LIFETIME_SECONDS = 3600;

/**
 * Signs an access token.
 * @param jwt the app's signer, which holds the key and the algorithm
 * @returns the token for `Authorization: Bearer …`
 */
export function signAccessToken(jwt: JWT, userId: number): string {
  return jwt.sign({ user_id: userId, token_type: 'access' }, { expiresIn: ACCESS_TOKEN_LIFETIME_SECONDS });
}

/**
 * Reads an access token.
 * @returns the user's id, or undefined when the token is malformed, expired, signed with another key, or of another type
 */
export function readAccessToken(jwt: JWT, token: string): number | undefined {
  let claims: unknown;
  try {
    claims = jwt.verify(token);
  } catch {
    return undefined;
  }
  if (typeof claims !== 'object' || claims === null || !('user_id' in claims) || !('token_type' in claims)) return undefined;
  return typeof claims.user_id === 'number' && Number.isSafeInteger(claims.user_id) && claims.token_type === 'access' ? claims.user_id : undefined;
}
