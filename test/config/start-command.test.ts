import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';
import { z } from 'zod';

const readText = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

it('the image and the documented command start the server as `npm start` does', async () => {
  const { scripts } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(await readText('package.json')));
  const command = /^CMD (.+)$/m.exec(await readText('Dockerfile'))?.[1] ?? '';
  expect(JSON.parse(command)).toEqual(scripts.start.split(' '));
  expect(await readText('docs/operations.md')).toContain(`\`${scripts.start}\``);
});
