import { Type } from '@sinclair/typebox';
import { impersonal } from '../personal.ts';
import { UtcTime } from '../time.ts';

const Word = impersonal(Type.String({ minLength: 1 }));
const Text = impersonal(Type.String());

/** The original of something the event shows a part of, or nothing. */
const Original = Type.Object({ bytes: Type.Integer({ minimum: 0 }), sha256: Text });

/**
 * A message that could not be handled, with its content and what stopped it; or, with `kind` `unsent`, an event of this
 * service that the log refused. Told is what the contract of its topic names and does not mark as personal, with the headers of
 * events; a value that cannot be read is not told. What is too long for an event is cut, and what is not UTF-8 has U+FFFD in place of what could not be read: `cut` tells of each such part how many bytes it had (of
 * headers, their JSON text, with those in base64 that are not UTF-8) and its SHA-256 in hexadecimal. `/ops/dead-letters` has all of it.
 */
export const DeadLetter = Type.Object({
  topic: Word,
  key: Text,
  value: Text,
  headers: Type.Record(Type.String(), Text),
  cause: Word,
  attempts: Type.Integer({ minimum: 1 }),
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
  kind: Type.Optional(impersonal(Type.String({ minLength: 1 }))),
  cut: Type.Optional(
    Type.Object({
      key: Type.Optional(Original),
      headers: Type.Optional(Original),
      value: Type.Optional(Original),
    }),
  ),
});
