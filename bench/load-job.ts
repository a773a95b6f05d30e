import { z } from 'zod';

const loadRequest = z.object({ method: z.enum(['GET', 'POST', 'PATCH']), path: z.string(), body: z.string().optional() });

/** One slice of load, as it travels to the load process. */
export const loadJob = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  connections: z.int(),
  /** What connections send, over and over; connection n sends list n, modulo their number. */
  requestLists: z.array(z.array(loadRequest)),
  /** So many requests, one after the other, are timed as one operation. */
  requestsPerOperation: z.int(),
  /** How many operations all connections do together; a multiple of their number. */
  operations: z.int(),
});

/** What came of a slice. */
export const loadOutcome = z.object({
  /** From the first request to the last answer. */
  seconds: z.number(),
  /** Of each operation. */
  milliseconds: z.array(z.number()),
  /** Requests that were not answered, or with another status than 2xx. */
  failures: z.int(),
});

export type LoadRequest = z.infer<typeof loadRequest>;
export type LoadJob = z.infer<typeof loadJob>;
export type LoadOutcome = z.infer<typeof loadOutcome>;
