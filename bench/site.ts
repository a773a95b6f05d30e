import { createSigner } from 'fast-jwt';
import { z } from 'zod';

import { deriveServerKeys } from '../src/security/keys.ts';
import { hashPassword } from '../src/security/passwords.ts';
import { PASSWORD } from './cases.ts';
import type { Cluster } from './cluster.ts';
import { addOwner, loadDataset, type Dataset } from './dataset.ts';
import type { CaseContext, HttpCase, SentRequests } from './http-case.ts';
import { startReference, startServer, type ListeningProcess } from './processes.ts';
import type { Side } from './turns.ts';

const SECRET = 'a-secret-that-only-the-benchmark-uses';
const TOKEN_LIFETIME_MILLISECONDS = 86_400_000;
const MILLISECONDS_PER_HOUR = 3_600_000;
/** The loaded histories end with the day before. */
const FIRST_DAY = Date.UTC(2026, 10, 1);

/** A database with a history of some length. */
export class Site {
  readonly transactions: number;
  readonly data: Dataset;
  readonly connectionString: string;
  /** For a server on it. */
  readonly environment: Readonly<Record<string, string>>;
  #day = FIRST_DAY;

  private constructor(transactions: number, data: Dataset, connectionString: string, dataDirectory: string) {
    this.transactions = transactions;
    this.data = data;
    this.connectionString = connectionString;
    this.environment = { ...serverEnvironment(dataDirectory), DATABASE_URL: connectionString };
  }

  /** Makes a database and fills it. */
  static async load(cluster: Cluster, transactions: number): Promise<Site> {
    const connectionString = await cluster.createDatabase(`bench_${transactions}`);
    const data = await loadDataset(connectionString, transactions, await hashPassword(PASSWORD));
    return new Site(transactions, data, connectionString, cluster.folder);
  }

  /** Starts the server on this database, which asks for a token. */
  async startServer(): Promise<Endpoint> {
    return { process: await startServer(this.environment), headers: headersOf(this.data.userId) };
  }

  /** Another user, who shares one of the small accounts, and asks the same server. */
  async neighbourOf({ process }: Endpoint, requests: Side['requests']): Promise<Side> {
    return { url: process.url, headers: headersOf(await addOwner(this.connectionString, this.data.sideAccountIds[0])), requests };
  }

  /** Starts the bare reference on this database, which asks for nothing. */
  async startReference(): Promise<Endpoint> {
    const process = await startReference(this.connectionString, String(this.data.userId));
    return { process, headers: JSON_HEADERS };
  }

  /**
   * Prepares a case.
   * @param server makes what its requests need
   */
  async requestsOf(httpCase: HttpCase, server: Endpoint): Promise<SentRequests> {
    const day = (this.#day += 24 * MILLISECONDS_PER_HOUR);
    const context: CaseContext = {
      data: this.data,
      transactions: this.transactions,
      at: (hour) => new Date(day + hour * MILLISECONDS_PER_HOUR).toISOString(),
      createTransaction: (postedDate) => postTransaction(server, this.data.accountId, postedDate),
    };
    return httpCase.requests(context);
  }
}

/** What a user sends with each request: JSON, and a token that lasts for a day. */
export function headersOf(userId: number): Readonly<Record<string, string>> {
  const sign = createSigner({ key: deriveServerKeys(SECRET).accessToken, algorithm: 'HS256', expiresIn: TOKEN_LIFETIME_MILLISECONDS });
  return { ...JSON_HEADERS, authorization: `Bearer ${sign({ user_id: userId, token_type: 'access' })}` };
}

/** A listening process and the headers that it wants. */
export interface Endpoint {
  process: ListeningProcess;
  headers: Readonly<Record<string, string>>;
}

/** An endpoint that is asked something. */
export function sideOf(endpoint: Endpoint, requests: Side['requests']): Side {
  return { url: endpoint.process.url, headers: endpoint.headers, requests };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** The environment of a server on its embedded database, unthrottled. */
export function serverEnvironment(dataDirectory: string): Record<string, string> {
  return {
    DATABASE_URL: '',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    MIBUDGE_DATA_DIR: dataDirectory,
    MIBUDGE_SECRET_KEY: SECRET,
    MIBUDGE_THROTTLE_USER: 'off',
    MIBUDGE_THROTTLE_ANON: 'off',
    MIBUDGE_THROTTLE_LOGIN: 'off',
  };
}

const created = z.object({ id: z.string() });

async function postTransaction({ process, headers }: Endpoint, bankAccount: string, postedDate: string): Promise<string> {
  const body = { bank_account: bankAccount, amount: '-20.00', posted_date: postedDate, transaction_type: '', raw_description: 'HARDWARE STORE' };
  const answer = await fetch(`${process.url}/api/v1/transactions/`, { method: 'POST', headers, body: JSON.stringify(body) });
  return created.parse(await answer.json()).id;
}
