import { type Document, type Filter, MaxKey } from 'mongodb';
import type { CommittedRow } from '../../engine/committed-tail.ts';
import type { DeadLetter } from '../../engine/messaging/dead-letter.ts';
import type { ParkedKey, ParkedMessage } from '../../engine/messaging/parking.ts';
import { type AnswerKey, type KeptAnswer, periodsAt } from '../../engine/writer/answer-key.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import type { EndedAccess } from '../../engine/ended-access.ts';
import type { StoredEvent } from '../../engine/writer/writer-store.ts';
import type { DocumentCollection } from './document-collection.ts';

/** Mapping of the chassis' own entities to MongoDB. */
export const chassisCollections: { readonly [N in keyof ChassisCollections]: DocumentCollection<ChassisCollections[N]> } = {
  parkedKeys: {
    collection: 'parked_keys',
    keyField: '_id',
    key: ({ key }) => key,
    toDocument: parkedKeyToDocument,
    fromDocument: (document: Document) => [parkedKeyOf(document as ParkedKeyDocument)],
  },
  deadLetters: {
    collection: 'dead_letters',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: deadLetterToDocument,
    fromDocument: (document: Document) => [deadLetterOf(document as DeadLetterDocument)],
  },
  keptAnswers: {
    collection: 'kept_answers',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: keptAnswerToDocument,
    fromDocument: (document: Document) => [keptAnswerOf(document as KeptAnswerDocument)],
  },
  answerKeys: {
    collection: 'answer_keys',
    keyField: '_id',
    key: ({ hash }) => hash,
    keysAt: (hash, now) => periodsAt(now).map((period) => answerKeyId({ period, hash })),
    toDocument: answerKeyToDocument,
    fromDocument: (document: Document) => [answerKeyOf(document as AnswerKeyDocument)],
  },
  answerMeetings: {
    collection: 'answer_keys',
    keyField: '_id',
    key: answerKeyId,
    toDocument: answerKeyToDocument,
    fromDocument: (document: Document) => [answerKeyOf(document as AnswerKeyDocument)],
  },
  endedAccess: {
    collection: 'ended_access',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, ...ending }) => ({ _id, ...ending }),
    fromDocument: (document: Document) => [endedAccessOf(document as EndedAccessDocument)],
  },
};

type Message = DeadLetter['message'];

/** Header names come from outside and may contain what no field name may, so headers are JSON text. */
interface MessageDocument extends Omit<Message, 'headers'> {
  readonly headers: string;
}

export interface DeadLetterDocument extends Omit<DeadLetter, 'id' | 'kind' | 'message'> {
  readonly _id: string;
  /** undefined: `unhandled`, stored by an earlier version, which had no other kind */
  readonly kind?: DeadLetter['kind'];
  readonly message: MessageDocument;
}

/** All messages that wait under one key, in one document of at most 16 MB. */
export interface ParkedKeyDocument {
  readonly _id: string;
  /** of the head, which is the only one that is tried */
  readonly nextAttemptAt: number;
  readonly messages: readonly (Omit<ParkedMessage, 'message'> & { readonly message: MessageDocument })[];
}

interface KeptAnswerDocument extends Omit<KeptAnswer, 'id'> {
  readonly _id: string;
}

/** Its id is the period and the hash, so that keys of one period are stored together. */
interface AnswerKeyDocument extends Pick<AnswerKey, 'fingerprint' | 'place'> {
  readonly _id: string;
}

export interface EndedAccessDocument extends Omit<EndedAccess, 'id'> {
  readonly _id: string;
}

function deadLetterToDocument({ id, message, ...letter }: DeadLetter): DeadLetterDocument {
  return { _id: id, ...letter, message: messageToDocument(message) };
}

export function deadLetterOf({ _id: id, kind = 'unhandled', message, ...letter }: DeadLetterDocument): DeadLetter {
  return { id, kind, ...letter, message: messageOf(message) };
}

function parkedKeyToDocument({ key, messages }: ParkedKey): ParkedKeyDocument {
  return {
    _id: key,
    nextAttemptAt: messages[0]?.nextAttemptAt ?? 0,
    messages: messages.map(({ message, ...place }) => {
      if (message === undefined) throw new Error(`message ${place.position} of a parked key was not loaded`);
      return { ...place, message: messageToDocument(message) };
    }),
  };
}

export function parkedKeyOf({ _id: key, messages }: ParkedKeyDocument): { readonly key: string; readonly messages: readonly ParkedMessage[] } {
  return { key, messages: messages.map((parked) => ({ ...parked, message: messageOf(parked.message) })) };
}

function keptAnswerToDocument({ id, ...kept }: KeptAnswer): KeptAnswerDocument {
  return { _id: id, ...kept };
}

function keptAnswerOf({ _id: id, ...kept }: KeptAnswerDocument): KeptAnswer {
  return { id, ...kept };
}

/** Periods have five digits until the year 2106. */
export function answerKeyId({ period, hash }: Pick<AnswerKey, 'period' | 'hash'>): string {
  return `${period.toString().padStart(5, '0')}-${hash}`;
}

function answerKeyToDocument({ fingerprint, place, ...key }: AnswerKey): AnswerKeyDocument {
  return { _id: answerKeyId(key), fingerprint, place };
}

function answerKeyOf({ _id, fingerprint, place }: AnswerKeyDocument): AnswerKey {
  const [period, hash = ''] = _id.split('-');
  return { period: Number(period), hash, fingerprint, place };
}

export function endedAccessOf({ _id: id, generation, kept, at }: EndedAccessDocument): EndedAccess {
  return { id, generation, kept, at };
}

function messageToDocument({ headers, ...message }: Message): MessageDocument {
  return { ...message, headers: JSON.stringify(headers) };
}

function messageOf({ headers, ...message }: MessageDocument): Message {
  return { ...message, headers: JSON.parse(headers) };
}

/** `context` is JSON text, like `data`, so that it is read back as it was written, whatever names its fields have. */
export interface EventDocument extends Omit<StoredEvent, 'lane' | 'seq' | 'context'> {
  readonly _id: { readonly lane: string; readonly seq: number };
  readonly context: string;
}

export function eventToDocument({ lane, seq, context, ...event }: StoredEvent): EventDocument {
  return { _id: { lane, seq }, ...event, context: JSON.stringify(context) };
}

export function eventOf({ _id: { lane, seq }, context, ...event }: EventDocument): StoredEvent {
  return { lane, seq, ...event, context: JSON.parse(context) };
}

export function committedOf({ _id: { lane, seq }, context, ...event }: Omit<EventDocument, 'data' | 'traceparent'>): CommittedRow {
  return { lane, seq, ...event, context: JSON.parse(context) };
}

/** The events of a lane after `seq`; the order of `_id` is that of the lane. */
export function eventsAfter(lane: string, seq: number): Filter<EventDocument> {
  const range: unknown = { $gt: { lane, seq }, $lt: { lane, seq: new MaxKey() } };
  return { _id: range as EventDocument['_id'] };
}
