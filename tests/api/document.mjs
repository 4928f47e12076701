// What /openapi.json says, held against what is answered.
import { fetched } from './packages.mjs';

const { default: Ajv } = await fetched('ajv/dist/2020.js');
const { default: addFormats } = await fetched('ajv-formats');

/** Whether the document follows OpenAPI 3.1, as a validator of others sees it. */
export async function validated(document) {
  const { Validator } = await fetched('@seriousme/openapi-schema-validator');
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  return { ...result, version: validator.version };
}

/** The schemas that are none of JSON Schema 2020-12, which the validator leaves to others. */
export function wrongSchemas(document) {
  const ajv = new Ajv();
  const isWrong = ([, schema]) => !ajv.validateSchema(schema);
  return Object.entries(document.components.schemas)
    .filter(isWrong)
    .map(([name]) => name);
}

/** Every operation: its name, method, path and the rest. */
export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => ({
      name: said.operationId,
      method: method.toUpperCase(),
      path,
      said
    }))
  );
}

/** The same, without room for fields that the document does not name. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const out = Object.fromEntries(Object.entries(schema).map(([name, x]) => [name, closed(x)]));
  if (schema.properties && schema.type === 'object') out.additionalProperties ??= false;
  return out;
}

/** Tells whether answers are as the document says. */
export class Described {
  constructor(document) {
    this.operations = new Map(operationsOf(document).map(x => [`${x.method} ${x.path}`, x]));
    this.ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: 'document', components: closed(document.components) });
  }

  /** What is wrong with an answer; empty when nothing is. */
  async problemsOf(operation, response) {
    const said = this.operations.get(operation)?.said.responses;
    if (!said) return [`${operation} is not in the document`];
    const described = said[response.status] ?? (response.ok ? undefined : said.default);
    if (!described) return [`${operation} was answered with ${response.status}`];
    const missing = Object.keys(described.headers ?? {}).filter(
      x => x !== 'Idempotency-Replayed' && !response.headers.has(x)
    );
    const problems = missing.map(x => `${operation} was answered without ${x}`);
    if (!described.content) return problems;
    const type = (response.headers.get('content-type') ?? 'none').split(';')[0];
    const content = described.content[type];
    if (!content) return [...problems, `${operation} was answered with ${type}`];
    if (!/json$/.test(type)) return problems;
    return [...problems, ...this.mismatches(operation, content.schema, await response.json())];
  }

  mismatches(operation, schema, body) {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/');
    const validate = this.ajv.compile(JSON.parse(text));
    validate(body);
    return (validate.errors ?? []).map(
      x => `${operation}: ${x.instancePath || 'the body'} ${x.message} ${JSON.stringify(x.params)}`
    );
  }
}
