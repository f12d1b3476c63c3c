/** JSON Schema as it is written to a file. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One difference that somebody would stumble over. */
export interface Break {
  /** JSON Pointer to the value in the data; `*` is every item. */
  readonly at: string;
  readonly what: string;
}

/** They say something to people only. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'examples', 'default', '$id', '$schema']);
/** A mark may come: what is there is erased from then on. One that goes would leave in old messages what was promised to be. */
const PERSONAL = 'x-personal';
/** Compared part by part, not as one value. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'properties', 'required', 'items', 'patternProperties', 'additionalProperties', 'anyOf', 'enum', 'const',
]);
/** A larger figure lets less through. */
const FLOORS: ReadonlySet<string> = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const CEILINGS: ReadonlySet<string> = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);

/**
 * What keeps two schemas of one published version apart: messages of the old one that the new one refuses, and messages
 * of the new one that a reader of the old one refuses, because both kinds of process run during a deployment. The same
 * schema, new words about it, and new optional fields are no break.
 */
export function compareSchemas(frozen: JsonSchema, current: JsonSchema, at = ''): readonly Break[] {
  return [
    ...compareKeywords(frozen, current, at),
    ...compareValues(frozen, current, at),
    ...compareFields(frozen, current, at),
    ...compareOpenness(frozen, current, at),
    ...compareParts(schemaOf(frozen, 'items'), schemaOf(current, 'items'), `${at}/*`),
    ...comparePatterns(frozen, current, at),
  ];
}

function compareKeywords(frozen: JsonSchema, current: JsonSchema, at: string): Break[] {
  const names = new Set([...Object.keys(frozen), ...Object.keys(current)]);
  return [...names]
    .filter((name) => !ANNOTATIONS.has(name) && !STRUCTURE.has(name) && !(name === PERSONAL && current[name] === true))
    .flatMap((name) => {
      const [before, after] = [frozen[name], current[name]];
      if (JSON.stringify(before) === JSON.stringify(after)) return [];
      return [{ at, what: `${name} ${directionOf(name, before, after)}: ${told(before)} -> ${told(after)}` }];
    });
}

function directionOf(name: string, before: unknown, after: unknown): string {
  if (!FLOORS.has(name) && !CEILINGS.has(name)) return 'changed';
  const low = Number(before ?? (FLOORS.has(name) ? -Infinity : Infinity));
  const high = Number(after ?? (FLOORS.has(name) ? -Infinity : Infinity));
  return FLOORS.has(name) === high > low ? 'narrowed' : 'widened';
}

/** `enum`, `const`, and unions: of constants they are the same thing said otherwise. */
function compareValues(frozen: JsonSchema, current: JsonSchema, at: string): Break[] {
  const [before, after] = [constantsOf(frozen), constantsOf(current)];
  if (before !== null && after !== null) {
    return [
      ...before.filter((value) => !after.includes(value)).map((value) => ({ at, what: `value removed: ${value}` })),
      ...after.filter((value) => !before.includes(value)).map((value) => ({ at, what: `value added: ${value}` })),
    ];
  }
  if (before !== null || after !== null) return [{ at, what: `values changed: ${told(before)} -> ${told(after)}` }];
  const [was, is] = [branchesOf(frozen), branchesOf(current)];
  if (was.length !== is.length) return [{ at, what: `alternatives changed: ${was.length} -> ${is.length}` }];
  return was.flatMap((branch, i) => compareParts(branch, is[i], at));
}

function constantsOf(schema: JsonSchema): readonly string[] | null {
  if ('const' in schema) return [JSON.stringify(schema['const'])];
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value));
  const branches = branchesOf(schema);
  const isConstants = branches.length > 0 && branches.every((branch) => 'const' in branch);
  return isConstants ? branches.map((branch) => JSON.stringify(branch['const'])) : null;
}

function compareFields(frozen: JsonSchema, current: JsonSchema, at: string): Break[] {
  const [before, after] = [partsOf(frozen, 'properties'), partsOf(current, 'properties')];
  const [needed, needs] = [requiredOf(frozen), requiredOf(current)];
  const known = Object.entries(before).flatMap(([name, schema]) => {
    const here = `${at}/${name}`;
    const now = after[name];
    if (now === undefined) return [{ at: here, what: 'field removed' }];
    if (needed.has(name) && !needs.has(name)) return [{ at: here, what: 'no longer required: old readers need it' }];
    return compareSchemas(schema, now, here);
  });
  const required = [...needs]
    .filter((name) => !needed.has(name))
    .map((name) => ({ at: `${at}/${name}`, what: 'newly required: old messages lack it' }));
  return [...known, ...required];
}

/** Absent means open. */
function compareOpenness(frozen: JsonSchema, current: JsonSchema, at: string): Break[] {
  const [before, after] = [frozen['additionalProperties'] ?? true, current['additionalProperties'] ?? true];
  if (isSchema(before) && isSchema(after)) return [...compareSchemas(before, after, `${at}/*`)];
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ at, what: `other fields: ${told(before)} -> ${told(after)}` }];
}

function comparePatterns(frozen: JsonSchema, current: JsonSchema, at: string): Break[] {
  const [before, after] = [partsOf(frozen, 'patternProperties'), partsOf(current, 'patternProperties')];
  const patterns = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...patterns].flatMap((pattern) => compareParts(before[pattern], after[pattern], `${at}/{${pattern}}`));
}

function compareParts(frozen: JsonSchema | undefined, current: JsonSchema | undefined, at: string): readonly Break[] {
  if (frozen !== undefined && current !== undefined) return compareSchemas(frozen, current, at);
  if (frozen === current) return [];
  return [{ at, what: frozen === undefined ? 'newly restricted' : 'no longer restricted' }];
}

function schemaOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const part = schema[name];
  return isSchema(part) ? part : undefined;
}

function partsOf(schema: JsonSchema, name: string): Readonly<Record<string, JsonSchema>> {
  return (schema[name] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

function branchesOf(schema: JsonSchema): readonly JsonSchema[] {
  return (schema['anyOf'] ?? []) as readonly JsonSchema[];
}

function requiredOf(schema: JsonSchema): ReadonlySet<string> {
  return new Set((schema['required'] ?? []) as readonly string[]);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function told(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
