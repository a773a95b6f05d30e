import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, test } from 'vitest';

import { OPENAPI_TYPES_FILE, openApiTypes } from '../../tools/openapi-types.ts';
import { useServer } from '../support/app.ts';
import { documentValidator, type DocumentValidator } from './conformance.ts';
import { openApiDocument, operationsOf, type OpenApiDocument } from './document.ts';

const FILE = new URL('../../openapi/openapi.yaml', import.meta.url);

const server = useServer();
let document: OpenApiDocument;
let validator: DocumentValidator;

beforeAll(async () => {
  const { body } = (await server.http.get('/api/v1/schema/?format=json')) as { body: unknown };
  document = openApiDocument.parse(body);
  validator = documentValidator(body);
});

test('the committed document is what the server serves: `npm run openapi` writes it', async () => {
  const served = await server.http.get('/api/v1/schema/');
  expect(served.headers['content-type']).toBe('application/yaml; charset=utf-8');
  expect(readFileSync(FILE, 'utf8')).toBe(served.text);
});

test('the types of the API\'s clients are those of the committed document: `npm run openapi` writes them, too', async () => {
  expect(readFileSync(OPENAPI_TYPES_FILE, 'utf8')).toBe(await openApiTypes());
});

test('the linter finds nothing to say about the document', async () => {
  const cli = new URL('../../node_modules/.bin/redocly', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'lint', '--format=json'], {
    cwd: new URL('../../', import.meta.url),
    env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off' },
  });
  expect(JSON.parse(stdout)).toMatchObject({ problems: [] });
});

describe('every operation', () => {
  test('says what it does, in a line and in words of its own', () => {
    const texts = operationsOf(document).map(({ operationId, summary, description, tags }) => ({ operationId, summary, description, tags }));
    for (const { operationId, summary, description, tags } of texts) {
      expect(summary, operationId).toMatch(/^[A-Z].{4,60}[^.]$/);
      expect(description, operationId).toMatch(/^[A-Z].{10,}\.$/s);
      expect(description, operationId).not.toBe(summary);
      expect(tags, operationId).toHaveLength(1);
    }
  });

  test('says what each of its parameters means', () => {
    const silent = operationsOf(document).flatMap(({ operationId, parameters }) =>
      parameters.filter(({ description }) => description === undefined || description === '').map(({ name }) => `${operationId} ${name}`),
    );
    expect(silent).toEqual([]);
  });

  test('shows an example of its body and of each answer that has one, and its examples are what its schemas allow', () => {
    for (const operation of operationsOf(document)) {
      const at = `${operation.method} ${operation.path}`;
      const json = operation.requestBody?.content['application/json'];
      if (json) expect(validator.problemsOfBody(operation, json.example), `${at} body`).toEqual([]);
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const answer = content?.['application/json'];
        if (!answer) continue;
        const examples = answer.examples ? Object.values(answer.examples).map(({ value }) => value) : [answer.example];
        for (const example of examples) expect(validator.problemsOfAnswer(operation, Number(status), example), `${at} ${status}`).toEqual([]);
      }
    }
  });

  test('names the failures that it can have', () => {
    for (const operation of operationsOf(document)) {
      const statuses = Object.keys(operation.responses);
      const expected = ['429', '503'];
      if (operation.security.length > 0) expected.push('401');
      if (operation.requestBody) expected.push('400', '413', '415');
      if (/\{\w+\}/.test(operation.path) || operation.parameters.some(({ name }) => name === 'page')) expected.push('404');
      expect(statuses, operation.operationId).toEqual(expect.arrayContaining(expected));
    }
  });
});
