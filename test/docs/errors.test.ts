import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ERRORS } from '../../src/errors.ts';

test('docs/errors.md lists each error of the registry with its status and text, and no other', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+?) \| (.+?) \|$/gm)].map(([, code, status, detail]) => [code, { status: Number(status), detail }]);
  expect(listed).toEqual(Object.entries(ERRORS));
});
