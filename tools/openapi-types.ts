import { readFileSync } from 'node:fs';

import openApiTypeScript, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

import { withCompleteAnswers } from '../test/contract/complete-answers.ts';
import { openApiDocument } from '../test/contract/document.ts';

const DOCUMENT = new URL('../openapi/openapi.yaml', import.meta.url);

/** Where the types of the API's clients are committed. */
export const OPENAPI_TYPES_FILE = new URL('../src/client/generated/openapi.ts', import.meta.url);

/**
 * Reads the committed OpenAPI document and says it in TypeScript: `paths`, `operations` and `components`.
 * @returns the text of a module without its document's prose, so that only a change of shape changes it.
 */
export async function openApiTypes(): Promise<string> {
  const document = withCompleteAnswers(openApiDocument.parse(parse(readFileSync(DOCUMENT, 'utf8'))));
  // A field of a request that has a default may be absent.
  const nodes = await openApiTypeScript(JSON.stringify(document), { defaultNonNullable: false });
  return `/** Made by \`npm run openapi\` from openapi/openapi.yaml. */\n${astToString(nodes, { formatOptions: { removeComments: true } })}`;
}
