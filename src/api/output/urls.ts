import type { FastifyRequest } from 'fastify';

/**
 * Makes a path of this server absolute.
 * @param baseUrl the configured public URL; without one, the request's own protocol and host
 */
export function absoluteUrl(request: FastifyRequest, baseUrl: string | undefined, path: string): string {
  return `${baseUrl ?? `${request.protocol}://${request.host}`}${path}`;
}
