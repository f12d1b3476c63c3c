import '@souk/contracts/formats';
import { FormatRegistry } from '@sinclair/typebox';
import Ajv2020 from 'ajv/dist/2020.js';
import { isPlainObject, type PlainObject, pointerTo, resolved } from '../web/json-values.ts';

/** An answer as its caller received it. */
export interface GivenAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Read when the answer is JSON. */
  text(): Promise<string>;
}

/** Explains why the service's own document forbids an answer; undefined: it is allowed. */
export type AnswerRules = (answer: GivenAnswer) => Promise<string | undefined>;

interface Described {
  /** JSON Pointer to the response object. */
  readonly place: string;
  readonly response: PlainObject;
}

const PROBLEM = 'application/problem+json';
/** Signs of a regular expression: no caller should have to read one. */
const PATTERN = /[\\^]|\[[^\]]*\]|\(\?/;
/** Statuses of answers when no route matched; they belong to no operation. */
const WITHOUT_OPERATION: ReadonlySet<number> = new Set([204, 404, 405, 429, 500, 503]);

/** Checks answers against the OpenAPI document of the service that gave them: status, media type, headers, body. */
export function answerRules(document: PlainObject): AnswerRules {
  const schemas = describedSchemas(document);
  const operationAt = operations(document);
  return async (answer) => {
    const { method, path, status, headers } = answer;
    const operation = operationAt(method, path);
    if (operation === undefined) {
      if (!WITHOUT_OPERATION.has(status)) return `no operation is described, but ${status} was answered`;
      return status === 204 ? undefined : wrongBody(schemas, '/components/schemas/Problem', await answer.text());
    }
    const described = responseOf(document, operation, status);
    if (described === undefined) return `the status ${status} is not described`;
    return wrongHeader(document, schemas, described, headers) ?? (method === 'HEAD' ? undefined : wrongContent(schemas, described, answer));
  };
}

/** The place of an operation in the document; the path with the fewest parameters comes first, as in the router. */
function operations({ paths }: PlainObject): (method: string, path: string) => string | undefined {
  const patterns = Object.entries(isPlainObject(paths) ? paths : {})
    .map(([path, methods]) => ({ path, methods, parameters: path.split('{').length, fits: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`) }))
    .toSorted((a, b) => a.parameters - b.parameters);
  return (method, path) => {
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    const found = patterns.find(({ fits, methods }) => fits.test(path) && isPlainObject(methods) && name in methods);
    return found && pointerTo('paths', found.path, name);
  };
}

function responseOf(document: PlainObject, operation: string, status: number): Described | undefined {
  const { responses } = resolved(document, { $ref: `#${operation}` });
  const response = isPlainObject(responses) ? responses[status] : undefined;
  if (!isPlainObject(response)) return undefined;
  const reference = response['$ref'];
  const place = typeof reference === 'string' ? reference.slice(1) : `${operation}${pointerTo('responses', String(status))}`;
  return { place, response: resolved(document, response) };
}

function wrongHeader(document: PlainObject, schemas: DescribedSchemas, { response }: Described, headers: Headers): string | undefined {
  const described = isPlainObject(response['headers']) ? response['headers'] : {};
  for (const [name, header] of Object.entries(described)) {
    const value = headers.get(name);
    const reference = isPlainObject(header) ? header['$ref'] : undefined;
    if (value === null || typeof reference !== 'string') continue;
    const { schema } = resolved(document, header);
    const isNumber = isPlainObject(schema) && schema['type'] === 'integer';
    const wrong = schemas(`${reference.slice(1)}/schema`, isNumber ? Number(value) : value);
    if (wrong !== undefined) return `the header ${name}: ${wrong}`;
  }
  return undefined;
}

async function wrongContent(schemas: DescribedSchemas, { place, response }: Described, answer: GivenAnswer): Promise<string | undefined> {
  const type = answer.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  const content = isPlainObject(response['content']) ? response['content'] : {};
  if (type === undefined) return Object.keys(content).length === 0 ? undefined : 'the answer has no media type';
  const media = content[type];
  if (!isPlainObject(media)) return `the media type ${type} is not described`;
  if (!/[/+]json$/.test(type)) return undefined;
  const text = await answer.text();
  const said = 'schema' in media ? wrongBody(schemas, `${place}${pointerTo('content', type, 'schema')}`, text) : undefined;
  return said ?? (type === PROBLEM ? shownPattern(text) : undefined);
}

function wrongBody(schemas: DescribedSchemas, place: string, text: string): string | undefined {
  const wrong = schemas(place, JSON.parse(text));
  return wrong === undefined ? undefined : `the body: ${wrong}`;
}

/** Checks that neither a problem's detail (which its schema requires) nor those of its fields show a regular expression. */
function shownPattern(text: string): string | undefined {
  const { detail, errors = [] } = JSON.parse(text) as { detail: string; errors?: readonly { readonly detail: string }[] };
  const shown = [detail, ...errors.map((error) => error.detail)].find((sentence) => PATTERN.test(sentence));
  return shown === undefined ? undefined : `a pattern is shown: ${shown}`;
}

const FORMATS = ['uuid', 'date-time', 'email', 'idn-email', 'currency', 'current-currency', 'country'];

/** Explains why a value does not fit; undefined: it fits. `place`: a JSON Pointer to the schema inside the document. */
export type DescribedSchemas = (place: string, value: unknown) => string | undefined;

/** Checks values against the schemas of an OpenAPI 3.1 document, each compiled on first use. */
export function describedSchemas(document: object): DescribedSchemas {
  const ajv = new Ajv2020({ strict: false });
  for (const format of FORMATS) ajv.addFormat(format, (text) => FormatRegistry.Get(format)?.(text) === true);
  ajv.addSchema({ ...document, $id: 'document' });
  return (place, value) => {
    const check = ajv.getSchema(`document#${place.split('/').map(encodeURIComponent).join('/')}`);
    if (check === undefined) throw new Error(`there is no schema at ${place}`);
    return check(value) === true ? undefined : ajv.errorsText(check.errors);
  };
}
