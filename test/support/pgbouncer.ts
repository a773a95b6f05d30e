import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { waitUntil } from './waiting.ts';

/** Whether PgBouncer is installed, as by Debian's package. */
export const hasPgBouncer = spawnSync('pgbouncer', ['--version'], { env: environment() }).status === 0;

/** A PgBouncer of one test file. */
export interface PgBouncer {
  /** The connection string that leads through it. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts a PgBouncer in transaction mode in front of a database, on a free port.
 * @param settings lines of its configuration, on top of those for two shared sessions
 */
export async function startPgBouncer(databaseUrl: string, settings: readonly string[] = []): Promise<PgBouncer> {
  const target = new URL(databaseUrl);
  const name = target.pathname.slice(1);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'mibudge-test-pgbouncer-'));
  // It refuses to run as root, and whom it becomes must be able to read this.
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  const server = `host=${target.hostname} port=${target.port} user=${target.username} password='${decodeURIComponent(target.password)}'`;
  writeFileSync(file, [
    '[databases]', `${name} = ${server}`,
    '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any',
    'pool_mode = transaction', 'default_pool_size = 2', 'max_client_conn = 200', ...settings, '',
  ].join('\n'));
  const asRoot = process.getuid?.() === 0;
  const child = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), file], { env: environment(), stdio: 'ignore' });
  const exited = once(child, 'exit');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  await waitUntil('PgBouncer listens', () => answers(url.href));
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian puts it where only root looks. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
