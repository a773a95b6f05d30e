/**
 * Who may ask how often. A route says by its `config.throttle` whom it counts; a request with an access token counts
 * for its user wherever it goes. Whatever is answered with 401 gives its place back: a token that has just expired is no
 * reason to lock anyone out, and guessing passwords has a tighter limit of its own. Routes without an entry (files,
 * health, metrics, assets) are never counted.
 */
import type { FastifyInstance } from 'fastify';

import type { Config } from '../config.ts';
import type { RateLimit } from '../config-values.ts';
import type { Clock } from '../dates.ts';
import { AppError } from '../errors.ts';
import { subscriberOf } from './network-address.ts';
import { WindowCounter, type Place } from './window-counter.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whom a request without an access token counts for: its address, or the user that the function finds; its address
     * too when the function finds none.
     */
    throttle?: 'address' | ((request: FastifyRequest) => Promise<number | undefined>);
  }
  interface FastifyRequest {
    /** What the request took from its limit. */
    place: Place | null;
  }
}

/** The counters of one server process. Failed logins are counted for all processes together: src/sessions/login-limits.ts. */
export class RateLimits {
  readonly #anonymous: WindowCounter | undefined;
  readonly #user: WindowCounter | undefined;

  constructor(throttle: Config['throttle'], clock: Clock) {
    const counter = (limit: RateLimit | 'off'): WindowCounter | undefined => (limit === 'off' ? undefined : new WindowCounter(limit, clock));
    this.#anonymous = counter(throttle.anonymous);
    this.#user = counter(throttle.user);
  }

  /** @throws AppError `throttled` */
  takeForAddress(address: string): Place | null {
    return take(this.#anonymous, subscriberOf(address));
  }

  /** @throws AppError `throttled` */
  takeForUser(userId: number): Place | null {
    return take(this.#user, String(userId));
  }
}

/** Too many requests. @param retryAfterSeconds whole seconds, at least 1 */
export function throttled(retryAfterSeconds: number): AppError {
  return new AppError('throttled', { detail: `Request was throttled. Expected available in ${retryAfterSeconds} seconds.`, retryAfterSeconds });
}

function take(counter: WindowCounter | undefined, key: string): Place | null {
  if (!counter) return null;
  const taken = counter.take(key);
  if ('giveBack' in taken) return taken;
  throw throttled(taken.retryAfterSeconds);
}

/** Counts every request that the routes' configs or an access token say to count. Answers 429 with Retry-After. */
export function registerRateLimits(app: FastifyInstance, limits: RateLimits): void {
  app.decorateRequest('place', null);
  // After authentication, which is an onRequest hook, and before a body is read.
  app.addHook('preParsing', async (request) => {
    const { throttle } = request.routeOptions.config;
    if (request.principal) request.place = limits.takeForUser(request.principal.userId);
    else if (throttle === 'address') request.place = limits.takeForAddress(request.ip);
    else if (throttle) {
      const userId = await throttle(request);
      request.place = userId === undefined ? limits.takeForAddress(request.ip) : limits.takeForUser(userId);
    }
  });
  // Before the answer leaves, so that the client's next request finds the place free.
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode === 401) request.place?.giveBack();
    done();
  });
}
