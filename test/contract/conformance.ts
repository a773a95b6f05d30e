import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { openApiDocument, type DocumentOperation } from './document.ts';

/** Says where bodies differ from what an OpenAPI document allows. */
export interface DocumentValidator {
  /** @returns what is wrong with a JSON body that is sent to the operation; nothing when it is allowed */
  problemsOfBody(operation: DocumentOperation, body: unknown): string[];
  /** @returns what is wrong with an answer of the operation; `body` undefined when it has none */
  problemsOfAnswer(operation: DocumentOperation, status: number, body: unknown): string[];
}

/** @param json the OpenAPI document as parsed JSON */
export function documentValidator(json: unknown): DocumentValidator {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  for (const format of ['decimal', 'binary', 'password']) ajv.addFormat(format, true);
  ajv.addSchema(openApiDocument.parse(json), 'openapi');

  const problems = (pointer: string[], value: unknown): string[] => {
    const reference = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validate = ajv.getSchema(reference);
    if (!validate) return [`the document has no schema at ${reference}`];
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
  return {
    problemsOfBody: ({ path, method }, body) => problems(['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'], body),
    problemsOfAnswer: ({ path, method, responses }, status, body) => {
      const answer = responses[status];
      if (!answer) return [`the document has no answer ${status}`];
      if (!answer.content) return body === undefined ? [] : ['the document says that there is no body'];
      return problems(['paths', path, method.toLowerCase(), 'responses', String(status), 'content', 'application/json', 'schema'], body);
    },
  };
}
