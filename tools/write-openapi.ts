/**
 * Writes openapi/openapi.yaml from the code: `npm run openapi`. A test fails when the committed file is not what this
 * writes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildApp } from '../src/main/app.ts';
import { buildServices } from '../src/main/services.ts';
import { loadConfig } from '../src/config.ts';
import { systemClock } from '../src/dates.ts';
import { Database } from '../src/db/database.ts';
import { openApiYaml } from '../src/api/openapi/serve-document.ts';
import { createLog } from '../src/log.ts';
import { Linker } from '../src/linking/linker.ts';
import { plainUserDirectory } from '../src/auth/user-directory.ts';

// Nothing connects: the routes are registered, and never asked.
const DATABASE_URL = 'postgresql://127.0.0.1/unused';

const target = new URL('../openapi/openapi.yaml', import.meta.url);
const dataDirectory = mkdtempSync(join(tmpdir(), 'mibudge-openapi-'));
const config = loadConfig({ DATABASE_URL, MIBUDGE_DATA_DIR: dataDirectory, LOG_LEVEL: 'silent' });
const db = new Database(DATABASE_URL);
const log = createLog(config);
const services = buildServices({ config, db, clock: systemClock, linker: new Linker(db, () => undefined), users: plainUserDirectory(db) }, log);
const app = await buildApp(services, log);
try {
  await app.ready();
  writeFileSync(target, openApiYaml(app));
} finally {
  await app.close();
  await db.close();
  rmSync(dataDirectory, { recursive: true, force: true });
}
