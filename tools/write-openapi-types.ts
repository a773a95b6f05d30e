/**
 * Writes src/client/generated/openapi.ts from openapi/openapi.yaml: the types of the API's requests and answers, as its
 * clients here use them. Part of `npm run openapi`; a test fails when the committed file is not what this writes.
 */
import { writeFileSync } from 'node:fs';

import { OPENAPI_TYPES_FILE, openApiTypes } from './openapi-types.ts';

writeFileSync(OPENAPI_TYPES_FILE, await openApiTypes());
