import type { ProblemCode } from '@souk/contracts/problem';
import { isPlainObject, type PlainObject } from '../bodies/plain-object.ts';
import type { RawBody } from '../bodies/raw-body.ts';

/** A route as the library describes it, with the declarations that `router()` leaves in its `detail`. */
export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses?: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security?: readonly object[];
  readonly 'x-role'?: string;
  readonly 'x-idempotency-key'?: 'required' | 'optional';
  readonly 'x-problems'?: readonly ProblemCode[];
  readonly 'x-raw-body'?: RawBody;
  readonly 'x-uncounted'?: true;
  readonly 'x-postponable'?: true;
  readonly [member: string]: unknown;
}

export interface Parameter {
  readonly in: string;
  readonly schema?: PlainObject;
}

/** By media type. */
export type Content = Readonly<Record<string, object>>;

/** Facts about a route that the library does not give. */
export interface Declared {
  /** lower case */
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  readonly body: unknown;
}

/** undefined: If-Match is ignored. */
export function ifMatchOf(operation: Operation): 'required' | 'optional' | undefined {
  const codes = operation['x-problems'] ?? [];
  if (codes.includes('precondition-required')) return 'required';
  return codes.includes('precondition-failed') ? 'optional' : undefined;
}

/** True for a read of a single resource with a version: its tag is that version. */
export function isTaggedRead({ responses }: Operation, { method }: Declared): boolean {
  return method === 'get' && hasVersion(responses?.['200']?.content);
}

export function hasVersion(content: Content | undefined): boolean {
  const [media] = Object.values(content ?? {});
  // A response without content (`Type.Void`) is not described by media types: the library puts its own text in their place.
  const schema = isPlainObject(media) ? media['schema'] : undefined;
  const properties = isPlainObject(schema) ? schema['properties'] : undefined;
  return isPlainObject(properties) && 'version' in properties;
}
