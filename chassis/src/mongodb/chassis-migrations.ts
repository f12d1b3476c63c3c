import { collectionStep } from './collection-step.ts';
import type { MongoMigrations } from './mongo-migrate.ts';

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
};
