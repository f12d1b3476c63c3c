import type { DeadLetter } from '../../engine/messaging/dead-letter.ts';
import type { ParkedKey, ParkedMessage } from '../../engine/messaging/parking.ts';
import type { AnswerKey, KeptAnswer } from '../../engine/writer/answer-key.ts';
import type { EndedAccess } from '../../engine/ended-access.ts';

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

export interface KeptAnswerDocument extends Omit<KeptAnswer, 'id'> {
  readonly _id: string;
}

/** Its id is the period and the hash, so that keys of one period are stored together. */
export interface AnswerKeyDocument extends Pick<AnswerKey, 'fingerprint' | 'place'> {
  readonly _id: string;
}

export interface EndedAccessDocument extends Omit<EndedAccess, 'id'> {
  readonly _id: string;
}

export function deadLetterToDocument({ id, message, ...letter }: DeadLetter): DeadLetterDocument {
  return { _id: id, ...letter, message: messageToDocument(message) };
}

export function deadLetterOf({ _id: id, kind = 'unhandled', message, ...letter }: DeadLetterDocument): DeadLetter {
  return { id, kind, ...letter, message: messageOf(message) };
}

export function parkedKeyToDocument({ key, messages }: ParkedKey): ParkedKeyDocument {
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

export function keptAnswerToDocument({ id, ...kept }: KeptAnswer): KeptAnswerDocument {
  return { _id: id, ...kept };
}

export function keptAnswerOf({ _id: id, ...kept }: KeptAnswerDocument): KeptAnswer {
  return { id, ...kept };
}

/** Periods have five digits until the year 2106. */
export const answerKeyId = ({ period, hash }: Pick<AnswerKey, 'period' | 'hash'>): string => `${period.toString().padStart(5, '0')}-${hash}`;

export function answerKeyToDocument({ fingerprint, place, ...key }: AnswerKey): AnswerKeyDocument {
  return { _id: answerKeyId(key), fingerprint, place };
}

export function answerKeyOf({ _id, fingerprint, place }: AnswerKeyDocument): AnswerKey {
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
