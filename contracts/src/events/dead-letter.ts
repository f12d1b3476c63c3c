import { Type } from '@sinclair/typebox';
import { impersonal } from '../personal.ts';
import { UtcTime } from '../time.ts';

const Word = impersonal(Type.String({ minLength: 1 }));
const Text = impersonal(Type.String());

/** Size and hash of an original that the event shows only in part, or not at all. */
const Original = Type.Object({ bytes: Type.Integer({ minimum: 0 }), sha256: Text });

/**
 * A message that could not be handled, with its content and the cause; or, with `kind` `unsent`, an event of this service that the log refused. It
 * shows what the contract of the topic names and does not mark as personal, and the headers of events; a value that cannot be read is not shown.
 * Parts too long for an event are cut; in parts that are not UTF-8, U+FFFD replaces what could not be read. `cut` gives for each such part its length
 * in bytes (of headers: of their JSON text, in which those that are not UTF-8 are in base64) and its SHA-256 in hexadecimal. `/ops/dead-letters` has
 * all of it.
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
