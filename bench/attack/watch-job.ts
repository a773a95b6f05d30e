import { z } from 'zod';

/** Whom to watch; every message to the watcher holds it, and the first one begins the watch. */
export const watchJob = z.object({
  url: z.string(),
  /** Of the innocent user. */
  headers: z.record(z.string(), z.string()),
  /** What the user sends, by turns. */
  requests: z.array(z.object({ method: z.enum(['GET', 'POST', 'PATCH']), path: z.string(), body: z.string().optional() })),
});

const seen = z.object({
  /** Of the slowest answer, from when it was due to be asked for. */
  slowestMilliseconds: z.number(),
  answers: z.int(),
  /** What was answered with another status than 2xx, or not at all. */
  failures: z.array(z.string()),
});

/** What was seen since the last message. */
export const watched = z.object({
  healthz: seen,
  user: seen,
  /** The longest time by which the watcher itself was late: what the machine did to it, it may have done to the server. */
  ownDelayMilliseconds: z.number(),
});

export type WatchJob = z.infer<typeof watchJob>;
export type Seen = z.infer<typeof seen>;
export type Watched = z.infer<typeof watched>;
