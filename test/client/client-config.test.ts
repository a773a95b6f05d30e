import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { loadClientConfig } from '../../src/client/client-config.ts';

const complete = { MIBUDGE_URL: 'https://budget.example.com/', MIBUDGE_USERNAME: 'ada', MIBUDGE_PASSWORD: ' with spaces ' };

test('flags win over variables, and variables over the default', () => {
  expect(loadClientConfig(complete)).toEqual({ url: 'https://budget.example.com', username: 'ada', password: ' with spaces ' });
  expect(loadClientConfig(complete, { url: 'http://localhost:9/', username: 'eve' })).toEqual({ url: 'http://localhost:9', username: 'eve', password: ' with spaces ' });
  expect(loadClientConfig({ ...complete, MIBUDGE_URL: '' })).toMatchObject({ url: 'http://127.0.0.1:8000' });
});

test.each([
  [{ ...complete, MIBUDGE_USERNAME: ' ' }, 'MIBUDGE_USERNAME'],
  [{ ...complete, MIBUDGE_PASSWORD: '' }, 'MIBUDGE_PASSWORD'],
  [{ ...complete, MIBUDGE_URL: 'ftp://x' }, 'MIBUDGE_URL'],
  [{ ...complete, MIBUDGE_URL: 'https://x/?q' }, 'MIBUDGE_URL'],
  [{ ...complete, MIBUDGE_URL: 'https://' }, 'MIBUDGE_URL'],
])('a setting that is missing or wrong is named', (environment, name) => {
  expect(() => loadClientConfig(environment)).toThrow(ConfigError);
  expect(() => loadClientConfig(environment)).toThrow(name);
});
