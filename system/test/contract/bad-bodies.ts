import type { Described } from './live-routes.ts';

interface BadBody {
  /** `/items/0/quantity: negative` */
  readonly what: string;
  /** JSON as it is sent: some of it no serialiser would write. */
  readonly text: string;
}

const HUGE_BYTES = 1_048_576;

/** What nobody may send, made from a body that is right and the schema that the route shows. */
export function badBodies(right: object, schema: Described): readonly BadBody[] {
  const text = JSON.stringify(right);
  const withMember = (member: string) => `{${member}${text === '{}' ? '' : ','}${text.slice(1)}`;
  const whole: readonly BadBody[] = [
    { what: 'unknown field', text: withMember('"unheardOf":1') },
    { what: 'unknown field with an emoji for a name', text: withMember('"🦊":1') },
    { what: '__proto__', text: withMember('"__proto__":{"roles":["admin"]}') },
    { what: 'constructor', text: withMember('"constructor":{"prototype":{"roles":["admin"]}}') },
    { what: '$where', text: withMember('"$where":"sleep(1000)"') },
    { what: 'NUL in a name', text: withMember('"a\\u0000b":1') },
    { what: '1 MB', text: withMember(`"filler":"${'x'.repeat(HUGE_BYTES)}"`) },
    { what: 'an array', text: `[${text}]` },
    { what: 'null', text: 'null' },
    { what: 'cut off', text: text.slice(0, -1) },
    { what: 'too deep', text: withMember(`"deep":${'['.repeat(64)}${']'.repeat(64)}`) },
  ];
  return [...whole, ...leavesOf(right).flatMap((at) => badLeaves(right, at, schema))];
}

type Path = readonly (string | number)[];

function badLeaves(right: object, at: Path, schema: Described): BadBody[] {
  const { type, minimum } = schemaAt(schema, at);
  const value = at.reduce<unknown>((inside, step) => (inside as Record<string | number, unknown>)[step], right);
  const wrong: Record<string, unknown> = { 'an object': { $where: '1' }, 'an array': [value], 'an operator': { $gt: '' } };
  if (typeof value === 'string') Object.assign(wrong, { 'a number': 12, 'a truth': true, 'too long': 'x'.repeat(6000), 'with NUL': `a\0b`, 'half a character': '\ud800' });
  if (typeof value === 'boolean') Object.assign(wrong, { 'text of a truth': 'true', 'a number': 1 });
  if (typeof value === 'number') {
    Object.assign(wrong, { 'text of a number': String(value), huge: 1e300, 'beyond 2^53': Number.MAX_SAFE_INTEGER + 1, 'a fraction': 1.5 });
    if (type === 'integer' && typeof minimum === 'number' && minimum >= 0) wrong['negative'] = -1;
    if (type === 'integer' && typeof minimum === 'number' && minimum > 0) wrong['zero'] = 0;
  }
  return Object.entries(wrong).map(([what, bad]) => ({ what: `/${at.join('/')}: ${what}`, text: JSON.stringify(replaced(right, at, bad)) }));
}

function leavesOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...at, Array.isArray(value) ? Number(name) : name]));
}

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}

/** The first alternative stands for a union: the others are null here. */
function schemaAt(schema: Described, at: Path): Described {
  return at.reduce<Described>((inside, step) => {
    const here = firstOf(inside);
    const next = typeof step === 'number' ? here['items'] : (here['properties'] as Record<string, Described> | undefined)?.[step];
    return firstOf((next ?? {}) as Described);
  }, schema);
}

function firstOf(schema: Described): Described {
  return (schema['anyOf'] as readonly Described[] | undefined)?.[0] ?? schema;
}
