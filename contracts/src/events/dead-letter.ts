import { Type } from '@sinclair/typebox';
import { UtcTime } from '../time.ts';

/** A message that could not be handled, with its original content and what stopped it. */
export const DeadLetter = Type.Object({
  topic: Type.String({ minLength: 1 }),
  key: Type.String(),
  value: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  cause: Type.String({ minLength: 1 }),
  attempts: Type.Integer({ minimum: 1 }),
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
});
