import { type Static, Type } from '@sinclair/typebox';
import { Money } from './money.ts';
import type { ProblemCode } from './problem-types.ts';

/** `pointer`: a JSON Pointer into the body, or `?name` for a query parameter. */
export const FieldError = Type.Object({ pointer: Type.String(), detail: Type.String() });
export type FieldError = Static<typeof FieldError>;

/** RFC 9457. `total` comes with `total-changed` only. */
export const Problem = Type.Object({
  type: Type.String({ pattern: '^urn:souk:problem:[a-z-]+$' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  requestId: Type.String(),
  errors: Type.Optional(Type.Array(FieldError)),
  total: Type.Optional(Money),
});
export type Problem = Static<typeof Problem>;

/** What a problem of this code says beyond RFC 9457's own members. */
export type ProblemExtension<C extends ProblemCode> = C extends 'total-changed'
  ? Required<Pick<Problem, 'total'>>
  : Partial<Record<'total', never>>;
