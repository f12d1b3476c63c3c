import { type Static, Type } from '@sinclair/typebox';
import { Money } from './money.ts';
import { impersonal } from './personal.ts';
import type { ProblemCode } from './problem-types.ts';
import { oneOf } from './schema.ts';

const Said = impersonal(Type.String());

/** `pointer`: a JSON Pointer into the body, or `?name` for a query parameter. */
export const FieldError = Type.Object({ pointer: Said, detail: Said });
export type FieldError = Static<typeof FieldError>;

/**
 * The reason why a parcel cannot take a step. `refunded`: all of the order's money went back, so no parcel of it is sent any more; after a partial
 * refund they still are. `erased`: the customer was deleted under a version that erased orders before their delivery, so there is no address.
 */
export const ShippingRefusal = oneOf('cancelled', 'refunded', 'erased', 'not_sent_yet', 'sent_otherwise');
export type ShippingRefusal = Static<typeof ShippingRefusal>;

/**
 * RFC 9457. `total` comes with `total-changed` only, `reason` with `not-shippable`, `limit` and `size` (bytes) with
 * `event-too-large`.
 */
export const Problem = Type.Object({
  type: Type.String({ pattern: '^urn:souk:problem:[a-z-]+$', description: 'urn:souk:problem: and the code' }),
  title: Said,
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: impersonal(Type.String({ minLength: 1 })),
  instance: Type.Optional(Said),
  requestId: Said,
  errors: Type.Optional(Type.Array(FieldError)),
  total: Type.Optional(Money),
  reason: Type.Optional(ShippingRefusal),
  limit: Type.Optional(Type.Integer({ minimum: 1 })),
  size: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type Problem = Static<typeof Problem>;

/** Members of a problem of this code beyond RFC 9457's own. */
export type ProblemExtension<C extends ProblemCode> = C extends keyof ExtensionMembers
  ? Required<Pick<Problem, ExtensionMembers[C]>>
  : Partial<Record<ExtensionMembers[keyof ExtensionMembers], never>>;

interface ExtensionMembers {
  readonly 'total-changed': 'total';
  readonly 'not-shippable': 'reason';
  readonly 'event-too-large': 'limit' | 'size';
}
