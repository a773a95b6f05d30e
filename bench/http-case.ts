import type { Dataset } from './dataset.ts';
import type { LoadRequest } from './load-job.ts';

/** What a case's requests are made from. */
export interface CaseContext {
  data: Dataset;
  /** The length of the history. */
  transactions: number;
  /**
   * An instant after everything that is in the ledger, as text: each context has a day of its own, later than those
   * before it, so that what appends does append.
   */
  at: (hour: number) => string;
  /** Posts a transaction to the account with the history, by way of the server, and returns its id. */
  createTransaction: (postedDate: string) => Promise<string>;
}

/** What is sent to each side. */
export interface SentRequests {
  server: LoadRequest[];
  reference: LoadRequest[];
}

/** One thing that is measured over HTTP, on the server and on the bare reference. */
export interface HttpCase {
  name: string;
  /** Parallel clients of the ratio to the reference; growth is measured with one. */
  connections: number;
  requests: (context: CaseContext) => SentRequests | Promise<SentRequests>;
  /** The requests are: sent in turn, each timed (the default); timed together as one; or one for each connection. */
  sending?: 'as one' | 'side by side';
  /** The least ratio of operations per second, server to reference, that is aimed for. */
  target?: number;
  /** Measured at the smallest and the largest size by turns; the time at the largest may be so many times the other. */
  growth?: { atMost?: number };
  /** Runs the same code as another case, which warms it up. */
  isLikeAnother?: boolean;
}

/** The same requests for both sides. */
export function both(requests: LoadRequest[]): SentRequests {
  return { server: requests, reference: requests };
}

export const get = (path: string): LoadRequest => ({ method: 'GET', path });

export const post = (path: string, body: object): LoadRequest => ({ method: 'POST', path, body: JSON.stringify(body) });

export const patch = (path: string, body: object): LoadRequest => ({ method: 'PATCH', path, body: JSON.stringify(body) });

export const TRANSACTIONS = '/api/v1/transactions/';
/** Parallel clients of most cases: enough to keep two cores busy. */
export const CONNECTIONS = 4;

/** Aims of the hot paths: ratios to the reference, and the growth of their time with the history. */
export const READ_TARGET = 0.7;
export const WRITE_TARGET = 0.6;
export const FLAT = { atMost: 1.3 };
