import type { DocumentOperation, DocumentSchema, OpenApiDocument } from './document.ts';

/** A failure may have no code. */
const FAILURE = 'Detail';

/**
 * The document with every field of every success required. The contract leaves some out of `required` that the server
 * always sends: the random walk checks its answers against this, and the types of the clients are made from it.
 */
export function withCompleteAnswers(document: OpenApiDocument): OpenApiDocument {
  const schemas = mapped(document.components.schemas, (schema, name) => (name.endsWith('Request') || name === FAILURE ? schema : complete(schema)));
  const paths = mapped(document.paths, (methods) => mapped(methods, (operation) => ({ ...operation, responses: mapped(operation.responses, completeAnswer) })));
  return { ...document, paths, components: { ...document.components, schemas } };
}

type Answer = DocumentOperation['responses'][string];

function completeAnswer(answer: Answer, status: string): Answer {
  if (answer.content === undefined || Number(status) >= 400) return answer;
  return { ...answer, content: mapped(answer.content, (media) => ({ ...media, schema: complete(media.schema) })) };
}

function complete(schema: DocumentSchema): DocumentSchema {
  return {
    ...schema,
    ...(schema.properties === undefined
      ? {}
      : {
          required: Object.keys(schema.properties),
          properties: mapped(schema.properties, complete),
        }),
    ...(schema.items === undefined ? {} : { items: complete(schema.items) }),
    ...(schema.anyOf === undefined ? {} : { anyOf: schema.anyOf.map(complete) }),
  };
}

/** An object with other values at the same keys. */
function mapped<Value>(object: Record<string, Value>, change: (value: Value, key: string) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
