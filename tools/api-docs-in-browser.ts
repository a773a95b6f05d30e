import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Locator, type Page } from 'playwright-core';

const PATIENCE_MILLISECONDS = 60_000;
const VIEWPORT = { width: 1280, height: 1000 };

/** @returns the first Chromium or Chrome of this machine, or undefined; MIBUDGE_CHROMIUM names another */
export function findChromium(): string | undefined {
  const candidates = [
    process.env['MIBUDGE_CHROMIUM'] ?? '',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  if (path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface DocsVisit {
  /** Where the server listens, without a slash at its end. */
  url: string;
  username: string;
  password: string;
  /** The browser's program. */
  chromiumPath: string;
  /** Where the screenshots go; undefined takes none. */
  folder?: string | undefined;
}

export interface DocsReport {
  /** What Swagger UI showed as the answer of `users/me/` after logging in there. */
  profile: string;
  /** How many operations each page shows. */
  operations: { swaggerUi: number; redoc: number };
  /** Errors of the pages, failed requests, and requests to any other server. */
  complaints: string[];
}

/**
 * Looks at the API docs in a real browser: logs in from Swagger UI, authorizes it with the token and calls an operation,
 * then reads ReDoc.
 */
export async function visitDocs(visit: DocsVisit): Promise<DocsReport> {
  const browser = await chromium.launch({ executablePath: visit.chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    const complaints = listen(page, visit.url);
    const shoot = shooter(page, visit.folder);
    await page.goto(`${visit.url}/`);
    await shoot('home');
    const { profile, count } = await callFromSwaggerUi(page, visit, shoot);
    await page.goto(`${visit.url}/api/v1/schema/redoc/`);
    await page.getByRole('heading', { name: 'mibudge API' }).first().waitFor();
    const redoc = await page.locator('[data-section-id*="/operation/"]').count();
    await shoot('redoc');
    await page.locator('[data-section-id*="/operation/transactions_splits_create"]').first().scrollIntoViewIfNeeded();
    await shoot('redoc-operation');
    return { profile, operations: { swaggerUi: count, redoc }, complaints };
  } finally {
    await browser.close();
  }
}

/** Collects everything that a page complains about. */
function listen(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(url) || /^(data|blob):/.test(request.url());
    if (!isOwn) complaints.push(`asked another server: ${request.url()}`);
  });
  return complaints;
}

function shooter(page: Page, folder: string | undefined): (name: string) => Promise<void> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  return async (name) => {
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  };
}

async function callFromSwaggerUi(page: Page, { url, username, password }: DocsVisit, shoot: (name: string) => Promise<void>): Promise<{ profile: string; count: number }> {
  await page.goto(`${url}/api/v1/schema/swagger-ui/`);
  const login = operationBlock(page, 'api_token_create');
  await login.waitFor();
  const count = await page.locator('.opblock').count();
  await shoot('swagger-ui');

  await login.locator('.opblock-summary-control').click();
  await login.locator('textarea.body-param__text').fill(JSON.stringify({ username, password }));
  const { access } = JSON.parse(await execute(login)) as { access: string };
  await shoot('swagger-ui-log-in');

  await page.locator('.auth-wrapper .authorize').first().click();
  await page.locator('.modal-ux input').fill(access);
  await page.locator('.modal-ux .auth-btn-wrapper button.authorize').click();
  await shoot('swagger-ui-authorize');
  await page.locator('.modal-ux .auth-btn-wrapper button.btn-done').click();

  const me = operationBlock(page, 'users_me_retrieve');
  await me.locator('.opblock-summary-control').click();
  const profile = await execute(me);
  await shoot('swagger-ui-call');
  return { profile, count };
}

function operationBlock(page: Page, operationId: string): Locator {
  return page.locator(`.opblock[id$="-${operationId}"]`);
}

/** Presses Execute. @returns the body of the answer that Swagger UI shows */
async function execute(operation: Locator): Promise<string> {
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response-col_description .highlight-code code, .live-responses-table .response-col_description .highlight-code pre').first();
  await answer.waitFor();
  await answer.scrollIntoViewIfNeeded();
  return answer.innerText();
}
