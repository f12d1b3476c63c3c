import { Type } from '@sinclair/typebox';
import { UtcTime } from '../time.ts';

/** The original of something the event shows a part of, or nothing. */
const Original = Type.Object({ bytes: Type.Integer({ minimum: 0 }), sha256: Type.String() });

/**
 * A message that could not be handled, with its original content and what stopped it; or, with `kind` `unsent`, an event
 * of this service that the log refused. What is too long for an event is cut: `cut` tells of each such part how long
 * the original is (of headers, their JSON text) and its SHA-256 in hexadecimal. `/ops/dead-letters` has all of it.
 */
export const DeadLetter = Type.Object({
  topic: Type.String({ minLength: 1 }),
  key: Type.String(),
  value: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  cause: Type.String({ minLength: 1 }),
  attempts: Type.Integer({ minimum: 1 }),
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
  kind: Type.Optional(Type.String({ minLength: 1 })),
  cut: Type.Optional(
    Type.Object({
      key: Type.Optional(Original),
      headers: Type.Optional(Original),
      value: Type.Optional(Original),
    }),
  ),
});
