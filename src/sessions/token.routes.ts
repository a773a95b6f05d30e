import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import { operation } from '../api/operation.ts';
import { deriveServerKeys } from '../security/keys.ts';
import type { Services } from '../api/services.ts';
import { signAccessToken } from '../auth/access-token.ts';
import { logIn, type LoginServices } from './log-in.ts';
import { endFamilyOf, ownerOfRefreshToken, REFRESH_TOKEN_LIFETIME_SECONDS, rotate } from './refresh-tokens.ts';
import { tokenObtainPair, tokenObtainPairRequest, tokenRefresh, tokenRefreshRequest } from './token.schemas.ts';

const tag = 'token';
const COOKIE = 'refresh_token';

/** Logging in, staying logged in, logging out. The refresh token travels in an HttpOnly cookie and nowhere else. */
export function tokenRoutes(instance: FastifyInstance, { db, clock, config, mutations }: Services, login: LoginServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const successorKey = deriveServerKeys(config.secretKey).refreshSuccessor;
  const cookieOptions: CookieSerializeOptions = { httpOnly: true, sameSite: 'strict', path: '/api/token/', secure: config.cookieSecure };
  const answer = (reply: FastifyReply, userId: number, refreshToken: string): { access: string } => {
    reply.setCookie(COOKIE, refreshToken, { ...cookieOptions, maxAge: REFRESH_TOKEN_LIFETIME_SECONDS });
    return { access: signAccessToken(app.jwt, userId) };
  };
  const ownerOfCookie = async (request: FastifyRequest): Promise<number | undefined> => {
    const token = request.cookies[COOKIE];
    return token === undefined ? undefined : ownerOfRefreshToken(db, token, clock.now());
  };

  app.post(
    '/api/token/',
    {
      config: { throttle: 'address' },
      schema: operation({
        operationId: 'api_token_create',
        tag,
        summary: 'Log in',
        description: 'Answers an access token and sets the refresh token as a cookie.',
        public: true,
        parts: { body: tokenObtainPairRequest, response: { 200: tokenObtainPair } },
        errors: ['no_active_account', 'origin_not_allowed'],
      }),
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const session = await logIn(login, { username, password, address: request.ip }, clock.now());
      return answer(reply, session.userId, session.refreshToken);
    },
  );

  app.post(
    '/api/token/refresh/',
    {
      config: { throttle: ownerOfCookie },
      schema: operation({
        operationId: 'api_token_refresh_create',
        tag,
        summary: 'Stay logged in',
        description:
          'Reads the refresh token from the cookie, answers a new access token and sets the next refresh token. For 10 seconds the old one ' +
          'answers the same; if it comes back later, a copy has been stolen, and the whole login ends.',
        public: true,
        parts: { body: tokenRefreshRequest, response: { 200: tokenRefresh } },
        errors: ['no_refresh_cookie', 'origin_not_allowed'],
      }),
    },
    async (request, reply) => {
      const token = request.cookies[COOKIE];
      if (token === undefined || token === '') throw new AppError('no_refresh_cookie');
      const rotation = await mutations.run((tx, now) => rotate(tx, token, successorKey, now));
      if (rotation.outcome === 'stolen') request.log.warn({ userId: rotation.userId }, 'a rotated refresh token came back: ended its login');
      if (rotation.outcome !== 'rotated') throw new AppError('token_not_valid', { detail: 'Token is invalid or expired' });
      return answer(reply, rotation.userId, rotation.successor);
    },
  );

  app.post(
    '/api/token/logout/',
    {
      config: { throttle: ownerOfCookie },
      schema: operation({
        operationId: 'api_token_logout_create',
        tag,
        summary: 'Log out',
        description: 'Ends the login that the cookie belongs to, in all tabs, and clears the cookie. Without a cookie there is nothing to end.',
        public: true,
        parts: { response: { 204: z.null().describe('Logged out.') } },
        // It needs no body, but may be sent one.
        errors: ['parse_error', 'origin_not_allowed', 'payload_too_large', 'unsupported_media_type'],
      }),
    },
    async (request, reply) => {
      const token = request.cookies[COOKIE];
      if (token !== undefined) await mutations.run((tx, now) => endFamilyOf(tx, token, now));
      reply.clearCookie(COOKIE, cookieOptions);
      return reply.code(204).send(null);
    },
  );
}
