import type { Document } from 'mongodb';
import { periodsAt } from '../../engine/writer/answer-key.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import { answerKeyId, answerKeyOf, type AnswerKeyDocument, answerKeyToDocument } from './chassis-documents.ts';
import { deadLetterOf, type DeadLetterDocument, deadLetterToDocument } from './chassis-documents.ts';
import { type EndedAccessDocument, endedAccessOf } from './chassis-documents.ts';
import { keptAnswerOf, type KeptAnswerDocument, keptAnswerToDocument } from './chassis-documents.ts';
import { parkedKeyOf, type ParkedKeyDocument, parkedKeyToDocument } from './chassis-documents.ts';
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
