import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * When to cut a connection that sends COMMIT:
 * - `before`: Postgres never hears of it, and sees the connection end;
 * - `half-open`: Postgres never hears of it, nor that the connection has ended;
 * - `after`: Postgres commits, but its answer is lost.
 */
export type CutMoment = 'before' | 'half-open' | 'after';

/** A simple query in Postgres's protocol: one letter, the length, the text. */
const COMMIT_MESSAGE = Buffer.from('Q\0\0\0\x0BCOMMIT\0', 'latin1');

/** Puts another command in the place of LISTEN, of the same length, because the protocol tells it before. */
function withoutListen(chunk: Buffer): Buffer {
  return Buffer.from(chunk.toString('latin1').replace('LISTEN mibudge_users', "SELECT 'nothing now'"), 'latin1');
}

/** A TCP proxy in front of Postgres that loses connections at moments which a test chooses. */
export class DatabaseProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  #cuts: CutMoment[] = [];
  #isDeaf = false;
  #isSilent = false;
  #onSent: (chunk: Buffer) => void = () => undefined;
  /** The connection string that leads through the proxy. */
  readonly url: string;

  private constructor(server: Server, databaseUrl: string) {
    const url = new URL(databaseUrl);
    this.#server = server;
    this.#target = { host: url.hostname, port: Number(url.port) };
    const { port } = server.address() as AddressInfo;
    url.hostname = '127.0.0.1';
    url.port = String(port);
    this.url = url.href;
    server.on('connection', (client) => {
      this.#forward(client);
    });
  }

  static async open(databaseUrl: string): Promise<DatabaseProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DatabaseProxy(server, databaseUrl);
  }

  /** The next connections that send COMMIT are cut, one for each moment, in this order. */
  cutCommits(...moments: CutMoment[]): void {
    this.#cuts = moments;
  }

  /** From now on nobody who listens for changes of users hears any: LISTEN is answered, and does nothing. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /**
   * From now on nothing that Postgres says arrives, and no connection ends.
   * @returns when a statement with this text has been sent, whose answer will never come
   */
  silence(text: string): Promise<void> {
    this.#isSilent = true;
    return new Promise((resolve) => {
      this.#onSent = (chunk) => { if (chunk.includes(text)) resolve(); };
    });
  }

  /** How many of the cuts are still to come. */
  get cutsLeft(): number {
    return this.#cuts.length;
  }

  /** Ends every connection, and refuses new ones until `resume`. */
  async interrupt(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Listens again, on the same port. */
  async resume(): Promise<void> {
    this.#server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #forward(client: Socket): void {
    const postgres = connect(this.#target);
    for (const socket of [client, postgres]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    let cut: CutMoment | undefined;
    client.on('data', (chunk) => {
      this.#onSent(chunk);
      if (cut === undefined && this.#cuts.length > 0 && chunk.includes(COMMIT_MESSAGE)) cut = this.#cuts.shift();
      if (cut === undefined || cut === 'after') postgres.write(this.#isDeaf ? withoutListen(chunk) : chunk);
      else client.destroy();
    });
    postgres.on('data', (chunk) => {
      if (this.#isSilent) return;
      if (cut === undefined) client.write(chunk);
      else if (cut === 'after') client.destroy();
    });
    client.on('close', () => {
      if (cut !== 'half-open') postgres.destroy();
    });
    postgres.on('close', () => {
      if (!this.#isSilent) client.destroy();
    });
  }
}
