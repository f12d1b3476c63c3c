import { type Static, Type } from '@sinclair/typebox';
import { noCardNumbers } from '@souk/contracts/card-number';
import { Page, PagedQuery } from '@souk/contracts/paging';
import { closed, impersonal, nullable, oneOf } from '@souk/contracts/schema';
import { Reason, UtcTime, Uuid } from '@souk/contracts/strings';
import { DEAD_LETTER_KINDS, DEAD_LETTER_STATUSES } from '../engine/messaging/dead-letter.ts';

const Count = Type.Integer({ minimum: 0 });

export const OutboxStatus = closed({
  /** Number of this process's events that are not in the log yet. */
  backlog: Count,
  /** Number of inputs waiting to be settled. */
  waiting: Count,
  lanes: Type.Array(
    closed({
      lane: Type.String(),
      lastSeq: Count,
      publishedSeq: Count,
      leaseExpired: Type.Boolean(),
      oldestUnsentAt: nullable(UtcTime),
    }),
  ),
});
export type OutboxStatus = Static<typeof OutboxStatus>;

const Failed = {
  topic: Type.String(),
  key: Type.String(),
  cause: Type.String(),
  attempts: Count,
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
};

export const ParkedKeyStatus = closed({
  key: Type.String(),
  messages: Type.Array(closed({ ...Failed, position: Count, nextAttemptAt: UtcTime })),
  /** True when others wait behind these. */
  more: Type.Boolean(),
});
export type ParkedKeyStatus = Static<typeof ParkedKeyStatus>;
export const ParkedPage = Page(ParkedKeyStatus);

const Base64 = Type.String({ contentEncoding: 'base64' });
/** The parts of a message that are not UTF-8, as they came; of the headers, those whose name or value is not. */
const Binary = closed({
  key: Type.Optional(Base64),
  value: Type.Optional(Base64),
  headers: Type.Optional(Type.Array(closed({ name: Base64, value: Base64 }))),
});

export const DeadLetterStatus = closed({
  id: Uuid,
  kind: oneOf(...DEAD_LETTER_KINDS),
  ...Failed,
  value: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  binary: Type.Optional(Binary),
  status: oneOf(...DEAD_LETTER_STATUSES),
  resolvedAt: nullable(UtcTime),
  resolvedBy: nullable(Type.String()),
  resolution: nullable(Type.String()),
});
export type DeadLetterStatus = Static<typeof DeadLetterStatus>;
export const DeadLetterPage = Page(DeadLetterStatus);

export const DiscardDeadLetter = closed({ reason: noCardNumbers(impersonal(Reason)) });

/**
 * `topic` and `key` match those of the message as a whole; `cause` matches the beginning of its cause. All of them at their
 * longest, four bytes a character and percent-encoded, fit into the 16 KiB that a request's head may have.
 */
export const DeadLetterQuery = PagedQuery({
  status: Type.Optional(oneOf(...DEAD_LETTER_STATUSES)),
  kind: Type.Optional(oneOf(...DEAD_LETTER_KINDS)),
  topic: Type.Optional(Type.String({ maxLength: 255 })),
  key: Type.Optional(Type.String({ maxLength: 255 })),
  cause: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
