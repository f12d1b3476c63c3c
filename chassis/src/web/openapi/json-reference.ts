import { isPlainObject, type PlainObject } from '../bodies/plain-object.ts';

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
