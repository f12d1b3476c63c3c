import { type Static, Type } from '@sinclair/typebox';
import { noCardNumbers } from '../card-number.ts';
import { Page, PagedQuery } from '../paging.ts';
import { closed, impersonal, nullable, oneOf } from '../schema.ts';
import { SERVICES } from '../services.ts';
import { Reason, UtcTime, Uuid } from '../strings.ts';

/**
 * - `unhandled`: a message from the log that this service could not handle
 * - `unsent`: an event of this service that the log refused for good
 */
export const DEAD_LETTER_KINDS = ['unhandled', 'unsent'] as const;
export const DEAD_LETTER_STATUSES = ['dead', 'redriven', 'discarded'] as const;

const Count = Type.Integer({ minimum: 0 });
/** Ids, causes, and messages as operators see them: without their personal data. */
const Text = impersonal(Type.String());

export const OutboxStatus = closed({
  /** Number of this process's events that are not in the log yet. */
  backlog: Count,
  /** Number of inputs waiting to be settled. */
  waiting: Count,
  lanes: Type.Array(
    closed({
      lane: Text,
      lastSeq: Count,
      publishedSeq: Count,
      leaseExpired: Type.Boolean(),
      oldestUnsentAt: nullable(UtcTime),
    }),
  ),
});
export type OutboxStatus = Static<typeof OutboxStatus>;

const Failed = {
  topic: Text,
  key: Text,
  cause: Text,
  attempts: Count,
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
};

export const ParkedKeyStatus = closed({
  key: Text,
  messages: Type.Array(closed({ ...Failed, position: Count, nextAttemptAt: UtcTime })),
  /** True when others wait behind these. */
  more: Type.Boolean(),
});
export type ParkedKeyStatus = Static<typeof ParkedKeyStatus>;
export const ParkedPage = Page(ParkedKeyStatus);

const Base64 = impersonal(Type.String({ contentEncoding: 'base64' }));
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
  value: Text,
  headers: Type.Record(Type.String(), Text),
  binary: Type.Optional(Binary),
  status: oneOf(...DEAD_LETTER_STATUSES),
  resolvedAt: nullable(UtcTime),
  resolvedBy: nullable(Text),
  /** Of a discarded letter the reason; of a redriven one what came of it: `applied`, `already_applied` or `sent`. */
  resolution: nullable(Text),
  /** See `DeadLetterGroups`. */
  group: Text,
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
  topic: Type.Optional(impersonal(Type.String({ maxLength: 255 }))),
  key: Type.Optional(impersonal(Type.String({ maxLength: 255 }))),
  cause: Type.Optional(impersonal(Type.String({ minLength: 1, maxLength: 200 }))),
});

/** Numbers of messages that wait or were given up in this service. Dead letters are counted up to 1,000 of a status, keys of the first 1,000 parked messages. */
export const OpsCounts = closed({
  parkedKeys: Count,
  deadLetters: closed({ dead: Count, redriven: Count, discarded: Count }),
  /** Committed events that are not in the log yet: exact for the process that answers; for others as they last stored it, at most 2 s ago while they live. */
  unsent: Count,
});
export type OpsCounts = Static<typeof OpsCounts>;

export const DeadLetterGroupsQuery = Type.Object(
  { status: Type.Optional(oneOf(...DEAD_LETTER_STATUSES)) },
  { additionalProperties: true },
);

/**
 * Dead letters that failed alike, the largest group first: of one kind and topic, with causes that are the same once ids and numbers are
 * replaced by `…`. `group` names these three, and each letter has the `group` it belongs to; `cause` is the common one, 500 characters at most. The
 * times are those of the last failures. `more`: there are more letters than the newest 1,000, which were looked at.
 */
export const DeadLetterGroups = closed({
  items: Type.Array(
    closed({
      group: Text,
      kind: oneOf(...DEAD_LETTER_KINDS),
      topic: Text,
      cause: Text,
      count: Count,
      oldestAt: UtcTime,
      newestAt: UtcTime,
    }),
  ),
  more: Type.Boolean(),
});
export type DeadLetterGroups = Static<typeof DeadLetterGroups>;

/**
 * The outcome that a redrive would have now; nothing is changed. Of kind `unhandled`: `applied` if the handler would change something, `already_applied` if not. Of kind
 * `unsent`: `sent` if the event is within the limit of every log; a broker that takes less can still refuse it. `cause`: why the redrive would fail.
 */
export const RedriveTrial = closed({
  outcome: oneOf('applied', 'already_applied', 'sent', 'fails'),
  cause: nullable(Text),
});
export type RedriveTrial = Static<typeof RedriveTrial>;

const Word = impersonal(Type.String({ minLength: 1 }));

/**
 * One committed event or note (`published: false`). `from`, `to` and `reason` are words of its stream's states, where it has moved;
 * `causationId` is the id of the message that caused it.
 */
const CommittedEvent = closed({
  lane: Word,
  seq: Type.Integer({ minimum: 1 }),
  id: Uuid,
  name: Word,
  published: Type.Boolean(),
  key: Text,
  stream: Text,
  version: Type.Integer({ minimum: 1 }),
  at: UtcTime,
  causationId: nullable(Text),
  correlationId: Text,
  from: nullable(Word),
  to: nullable(Word),
  reason: nullable(Word),
});
export type CommittedEvent = Static<typeof CommittedEvent>;

/** The first event of `GET /ops/stream`. `missed`: true when what was committed after `Last-Event-ID` is too much to be sent again: read anew. */
export const StreamOpened = closed({ service: oneOf(...SERVICES), at: UtcTime, missed: Type.Boolean() });
export type StreamOpened = Static<typeof StreamOpened>;

/** A `committed` event of `GET /ops/stream`. `skipped`: so many more were committed than a reader is told of in this time. */
export const StreamCommitted = closed({ service: oneOf(...SERVICES), entries: Type.Array(CommittedEvent), skipped: Count });
export type StreamCommitted = Static<typeof StreamCommitted>;

/** `version`: only entries after it. */
export const HistoryQuery = Type.Object({
  stream: impersonal(Type.String({ minLength: 1, maxLength: 255, description: 'an order id, `reservation:` and an order id, a payment id, ...' })),
  after: Type.Optional(Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, multipleOf: 1, description: 'only versions after this one' })),
}, { additionalProperties: true });

/** An event with the message it was sent as, personal data redacted; `message` is null for notes. `sent`: it is in the log. */
export const HistoryPage = closed({
  items: Type.Array(
    closed({
      ...CommittedEvent.properties,
      sent: Type.Boolean(),
      message: nullable(closed({ topic: Word, key: Text, headers: Type.Record(Type.String(), Text), value: Text })),
    }),
  ),
  /** True when there are later versions than these. */
  more: Type.Boolean(),
});
export type HistoryPage = Static<typeof HistoryPage>;

export const SendHistory = closed({ stream: impersonal(Type.String({ minLength: 1, maxLength: 255 })) });
/** Number of events that were sent to the log again. */
export const HistorySent = closed({ sent: Count });
export type HistorySent = Static<typeof HistorySent>;

export const DeliveriesQuery = Type.Object({ key: impersonal(Type.String({ minLength: 1, maxLength: 255 })) }, { additionalProperties: true });

/**
 * The outcome of a delivery, or of a later try: `applied` changed something, `ignored` did not; `parked` waits behind an earlier message with its key;
 * after `failed` another try follows; `dead` is a dead letter.
 */
export const DELIVERY_OUTCOMES = ['applied', 'ignored', 'parked', 'failed', 'dead'] as const;

/**
 * The last 20 messages with this key that this process decided on since `since`, unless 10,000 other keys came after it. `deliveries`: how often the log
 * delivered it to this process; 0: to another one, and it was parked and tried again here. `outcomes`: the last 10.
 */
export const Deliveries = closed({
  since: UtcTime,
  items: Type.Array(
    closed({
      messageId: Text,
      topic: Word,
      deliveries: Count,
      outcomes: Type.Array(closed({ outcome: oneOf(...DELIVERY_OUTCOMES), at: UtcTime, cause: nullable(Text) })),
    }),
  ),
});
export type Deliveries = Static<typeof Deliveries>;

/** Seconds after which a fault ends by itself. */
const FaultSeconds = Type.Integer({ minimum: 1, maximum: 300, description: 'it ends by itself after so many seconds' });
const FaultTopic = impersonal(Type.String({ minLength: 1, maxLength: 255 }));

/**
 * A fault of the embedded shop. `stop`: this service stops. `lose`: what this service is given of a topic is lost on the way, and delivered again when
 * the fault ends. `double`: it is delivered twice. `delay`: it is delivered `delayMs` later. `decline`: the simulated gateway declines every card.
 */
export const MakeFault = Type.Union([
  closed({ kind: Type.Literal('stop'), seconds: FaultSeconds }),
  closed({ kind: Type.Literal('lose'), topic: FaultTopic, seconds: FaultSeconds }),
  closed({ kind: Type.Literal('double'), topic: FaultTopic, seconds: FaultSeconds }),
  closed({ kind: Type.Literal('delay'), topic: FaultTopic, delayMs: Type.Integer({ minimum: 1, maximum: 10_000 }), seconds: FaultSeconds }),
  closed({ kind: Type.Literal('decline'), seconds: FaultSeconds }),
]);
export type MakeFault = Static<typeof MakeFault>;

export const Fault = closed({
  id: Uuid,
  kind: oneOf('stop', 'lose', 'double', 'delay', 'decline'),
  topic: nullable(Word),
  delayMs: nullable(Count),
  until: UtcTime,
  madeBy: Uuid,
});
export type Fault = Static<typeof Fault>;

/** `possible`: false where faults cannot be made: anywhere but in the embedded shop and in tests. */
export const Faults = closed({ possible: Type.Boolean(), items: Type.Array(Fault) });
export type Faults = Static<typeof Faults>;
