import type { FastifyInstance } from 'fastify';

/**
 * Remembers the routes that are registered after this call.
 * @returns the methods that a path can be asked with; none for a path that does not exist
 */
export function rememberRoutes(app: FastifyInstance): (path: string) => string[] {
  const methodsByPattern = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    // The answer to CORS preflights is there for every path.
    if (url === '*') return;
    const path = withoutLastSlash(url);
    const known = methodsByPattern.get(path) ?? { pattern: patternOf(path), methods: new Set<string>() };
    for (const name of [method].flat()) known.methods.add(name);
    methodsByPattern.set(path, known);
  });
  return (path) => {
    const asked = withoutLastSlash(path);
    const matching = [...methodsByPattern.values()].filter(({ pattern }) => pattern.test(asked));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  };
}

function withoutLastSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** `/budgets/:id` as a regular expression: each parameter is one segment, a `*` the rest of the path. */
function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+';
    return segment === '*' ? '.*' : segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}
