import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { type Collection, type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';
import { KEYED_ANSWERS, WHOLE_ANSWERS } from '../../engine/writer/answer-key.ts';
import { newId } from '../../ids.ts';
import { StorageError } from '../../storage-error.ts';
import { WRITE_CONFLICT_MARKER } from './document-collection.ts';
import { NEW_LANES, type NewLaneDocument } from './lanes.ts';
import { type MongoDatabase, SERVER_NOW } from './mongo-database.ts';
import { reading, storageError } from './mongo-errors.ts';

/**
 * Steps of the schema, by name. A step can be cut off anywhere and is then run again from its start, so every step copes with
 * what exists already (`collectionStep`).
 */
export type MongoMigrations = Readonly<Record<string, (db: Db) => Promise<void>>>;

/** Brings the collections of the chassis and of the service up to date. Forward-only; safe when two processes start at once. */
export async function migrate({ forSchema }: MongoDatabase, own: MongoMigrations): Promise<readonly string[]> {
  const steps = Object.entries({ ...chassisMigrations, ...own });
  try {
    return await forSchema((db) => holdingMigrationLock(db, (stillHeld) => runSteps(db, steps, stillHeld)));
  } catch (error) {
    throw storageError(error);
  }
}

/** The names of the steps that have not run yet. */
export async function pendingMigrations({ db, connect }: MongoDatabase, own: MongoMigrations): Promise<readonly string[]> {
  await connect();
  return reading(async () => {
    const done = await stepsDone(db);
    return Object.keys({ ...chassisMigrations, ...own }).filter((name) => !done.has(name));
  });
}

async function stepsDone(db: Db): Promise<ReadonlySet<string>> {
  return new Set((await db.collection<Step>('migrations').find().toArray()).map(({ _id }) => _id));
}

interface Step {
  readonly _id: string;
  readonly at: Date;
}

async function runSteps(
  db: Db,
  steps: readonly (readonly [string, (db: Db) => Promise<void>])[],
  stillHeld: () => void,
): Promise<readonly string[]> {
  const done = await stepsDone(db);
  const fresh = steps.filter(([name]) => !done.has(name));
  for (const [name, step] of fresh) {
    stillHeld();
    try {
      await step(db);
    } catch (error) {
      const failure = storageError(error);
      const message = `migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`;
      throw new StorageError(failure instanceof StorageError ? failure.code : 'other', new Error(message, { cause: error }));
    }
    await db.collection<Step>('migrations').updateOne({ _id: name }, { $currentDate: { at: true } }, { upsert: true });
  }
  return fresh.map(([name]) => name);
}

interface LockDocument {
  readonly _id: string;
  readonly owner: string;
  /** epoch milliseconds of the server's clock */
  readonly leaseUntil: number;
}

const LOCK = 'schema';
const LEASE_MS = 30_000;
/** The other process may be building an index. */
const WAIT_MS = 600_000;
const LOOK_MS = 200;

/** Runs while no other process migrates; `stillHeld` throws when that is not certain any more. */
async function holdingMigrationLock<T>(db: Db, run: (stillHeld: () => void) => Promise<T>): Promise<T> {
  const locks = db.collection<LockDocument>('migration_locks');
  const owner = newId();
  await waitForLock(locks, owner);
  let lost: unknown;
  const renewal = setInterval(() => {
    renew(locks, owner).catch((error: unknown) => (lost = error));
  }, LEASE_MS / 3);
  try {
    return await run(() => {
      if (lost !== undefined) throw new Error('the migration lock was lost', { cause: lost });
    });
  } finally {
    clearInterval(renewal);
    await locks.deleteOne({ _id: LOCK, owner });
  }
}

async function waitForLock(locks: Collection<LockDocument>, owner: string): Promise<void> {
  const limit = performance.now() + WAIT_MS;
  while (!(await acquire(locks, owner))) {
    if (performance.now() > limit) throw new StorageError('retry', new Error(`another migration has been running for ${WAIT_MS} ms`));
    await Bun.sleep(LOOK_MS);
  }
}

/** Takes the lock in one statement if it is free or its lease has run out. A missing `leaseUntil` sorts before numbers. */
async function acquire(locks: Collection<LockDocument>, owner: string): Promise<boolean> {
  const free = { $lt: ['$leaseUntil', SERVER_NOW] };
  const taken = await locks.findOneAndUpdate(
    { _id: LOCK },
    [
      {
        $set: {
          owner: { $cond: [free, { $literal: owner }, '$owner'] },
          leaseUntil: { $cond: [free, { $add: [SERVER_NOW, LEASE_MS] }, '$leaseUntil'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return taken?.owner === owner;
}

async function renew(locks: Collection<LockDocument>, owner: string): Promise<void> {
  const later = [{ $set: { leaseUntil: { $add: [SERVER_NOW, LEASE_MS] } } }];
  const { matchedCount } = await locks.updateOne({ _id: LOCK, owner }, later);
  if (matchedCount === 0) throw new Error('another process has it');
}

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

const NAMESPACE_EXISTS = 48;

/**
 * A step that creates a collection, its validator and its indexes, whichever of them exist already. `document` is the schema
 * of a document; null allows any.
 */
export function collectionStep(
  collection: string,
  document: TObject | null,
  indexes: readonly IndexDescription[] = [],
): (db: Db) => Promise<void> {
  return async (db) => {
    const validation = document && { validator: { $jsonSchema: bsonSchema(marked(document)) }, validationAction: 'error' };
    try {
      await db.createCollection(collection, validation ?? {});
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
      if (validation !== null) await db.command({ collMod: collection, ...validation });
    }
    if (indexes.length > 0) await db.collection(collection).createIndexes([...indexes]);
  };
}

/** Allows the field in which transactions mark the documents they decided on. */
function marked(document: TObject): TObject {
  const { properties, ...options } = document;
  return Type.Object({ ...properties, [WRITE_CONFLICT_MARKER]: Type.Optional(Type.String()) }, options);
}

/** Keywords with the same meaning in both. */
const SAME = new Set([
  'required', 'additionalProperties', 'minItems', 'maxItems', 'uniqueItems', 'minLength', 'maxLength', 'minimum', 'maximum',
  'multipleOf', 'minProperties', 'maxProperties', 'enum', 'title', 'description',
]);

/** Keywords that MongoDB does not have; the code that made the value has checked it against the contract. */
const LEFT_OUT = new Set(['format', 'examples', 'default', 'x-unit', 'x-personal']);

const NUMBER = ['int', 'long', 'double'];

/**
 * A TypeBox schema as MongoDB's `$jsonSchema` (draft 4 with BSON types), never stricter than the former. Throws for an
 * unknown keyword, so that nothing of a contract is lost unnoticed.
 */
export function bsonSchema(schema: TSchema): Document {
  return Object.assign({}, ...Object.entries(schema).map(([name, value]) => translated(name, value)));
}

function translated(name: string, value: unknown): Document {
  if (SAME.has(name) && !isSchema(value)) return { [name]: value };
  if (LEFT_OUT.has(name) || name.startsWith('$')) return {};
  switch (name) {
    case 'type':
      return bsonType(value);
    case 'const':
      return { enum: [value] };
    case 'properties':
    case 'patternProperties':
      return { [name]: mapped(value as Record<string, TSchema>) };
    case 'anyOf':
    case 'allOf':
      return { [name]: (value as TSchema[]).map(bsonSchema) };
    case 'items':
    case 'additionalProperties':
      return { [name]: bsonSchema(value as TSchema) };
    case 'exclusiveMinimum':
      return { minimum: value, exclusiveMinimum: true };
    case 'exclusiveMaximum':
      return { maximum: value, exclusiveMaximum: true };
    case 'pattern':
      return { pattern: pcre(String(value)) };
    default:
      throw new TypeError(`a validator cannot express "${name}"`);
  }
}

/** The driver stores an integer as `int` while it fits, as `double` beyond; a later server-side change can make it `long`. */
function bsonType(type: unknown): Document {
  switch (type) {
    case 'integer':
      return { bsonType: NUMBER, multipleOf: 1 };
    case 'number':
      return { bsonType: NUMBER };
    case 'boolean':
      return { bsonType: 'bool' };
    case 'string':
    case 'object':
    case 'array':
    case 'null':
      return { bsonType: type };
    default:
      throw new TypeError(`a validator knows no type "${String(type)}"`);
  }
}

function mapped(schemas: Readonly<Record<string, TSchema>>): Document {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bsonSchema(schema)]));
}

/** PCRE has a different notation for a code unit. */
function pcre(pattern: string): string {
  return pattern.replaceAll(/\\u([0-9a-fA-F]{4})/g, '\\x{$1}');
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
