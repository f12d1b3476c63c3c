/** Values as JSON has them: objects, places in them, references between them. */

export type PlainObject = Readonly<Record<string, unknown>>;

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON Pointer (RFC 6901). */
export function pointerTo(...steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The node itself or, if it is a `$ref` into the document (`#/components/...`), its target. */
export function resolved(document: unknown, node: unknown): PlainObject {
  if (!isPlainObject(node)) return {};
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  const found = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((inside, step) => (isPlainObject(inside) ? inside[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), document);
  if (!isPlainObject(found)) throw new Error(`${reference} leads nowhere`);
  return found;
}
