import { expect, test } from 'vitest';

import { findChromium, visitDocs } from '../../tools/api-docs-in-browser.ts';
import { useServer } from '../support/app.ts';
import { createUser } from '../support/factories.ts';

const server = useServer();
const chromiumPath = findChromium();

const name = 'in a real browser (skipped where there is no Chromium), one can log in and call the API from Swagger UI, and read it in ReDoc';
test.skipIf(chromiumPath === undefined)(name, { timeout: 300_000 }, async () => {
  const { username, password } = await createUser(server, { name: 'Alice' });
  const address = server.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on a port');
  const report = await visitDocs({ url: `http://127.0.0.1:${address.port}`, username, password, chromiumPath: chromiumPath ?? '' });
  expect(JSON.parse(report.profile)).toMatchObject({ username, name: 'Alice' });
  expect(report.operations.redoc).toBe(report.operations.swaggerUi);
  expect(report.complaints).toEqual([]);
});
