import type { Db } from 'mongodb';
import { KEYED_ANSWERS, WHOLE_ANSWERS } from '../../engine/writer/answer-key.ts';
import { collectionStep, type MongoMigrations } from './collection-step.ts';
import { NEW_LANES, type NewLaneDocument } from './lanes.ts';

/** The collections the chassis keeps in every document service's database. */
export const chassisMigrations: MongoMigrations = {
  'chassis-001-lanes': collectionStep('lanes', null),
  'chassis-002-events': collectionStep('events', null, [{ key: { stream: 1, version: 1 }, unique: true }]),
  'chassis-003-parked-keys': collectionStep('parked_keys', null, [{ key: { nextAttemptAt: 1 } }]),
  'chassis-004-dead-letters': collectionStep('dead_letters', null),
  'chassis-005-kept-answers': collectionStep('kept_answers', null, [{ key: { at: 1 } }]),
  'chassis-006-kept-answers-by-owner': collectionStep('kept_answers', null, [{ key: { owner: 1 } }]),
  'chassis-007-dead-letters-by-status': collectionStep('dead_letters', null, [{ key: { status: 1, _id: -1 } }]),
  'chassis-020-ended-access': collectionStep('ended_access', null, [{ key: { at: 1 } }]),
  'chassis-030-dead-letters-by-filter': collectionStep(
    'dead_letters',
    null,
    ['kind', 'message.topic', 'message.key', 'cause'].map((field) => ({ key: { [field]: 1, _id: -1 } })),
  ),
  'chassis-050-answer-keys': collectionStep('answer_keys', null),
  'chassis-051-answer-form': async (db) => {
    await collectionStep(NEW_LANES, null)(db);
    await beginAnswerForm(db);
  },
};

/** If no process has ever run, no version that knows only whole answers can have kept one. */
async function beginAnswerForm(db: Db): Promise<void> {
  const answerForm = (await db.collection('lanes').findOne({}, { projection: { _id: 1 } })) === null ? KEYED_ANSWERS : WHOLE_ANSWERS;
  await db.collection<NewLaneDocument>(NEW_LANES).updateOne({ _id: 'answers' }, { $setOnInsert: { answerForm } }, { upsert: true });
}
