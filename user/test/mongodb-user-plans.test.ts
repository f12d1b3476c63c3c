import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { profiled, type TemporaryMongoStore, temporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { newCredential } from '../src/domain/credential.ts';
import { newSession, signedOut } from '../src/domain/session.ts';
import { newUser } from '../src/domain/user.ts';
import { openMongoUserStore } from '../src/storage/open-mongodb.ts';
import { userDocumentCollections } from '../src/storage/user-document-collections.ts';
import type { UserStore } from '../src/storage/user-store.ts';

const USERS = 10_000;
/** Of one user, and then of many: one in three is over. */
const SESSIONS = 3000;
/** What a page of ten may cost at most, whatever lies beside it. */
const FEW = 25;

const { users, credentials, sessions } = userDocumentCollections;

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describe(`the user store on MongoDB among ${USERS} users`, () => {
    let opened: TemporaryMongoStore<UserStore>;
    const ids = Array.from({ length: USERS }, () => Bun.randomUUIDv7());
    const [busy = ''] = ids;
    const sessionIds = Array.from({ length: 2 * SESSIONS }, () => Bun.randomUUIDv7());

    beforeAll(async () => {
      opened = await temporaryMongoStore(openMongoUserStore);
      const { db, close } = openMongo({ url: opened.url });
      const now = Date.now();
      const email = (i: number) => `user-${i}@example.com`;
      const hashes = { familyHash: 'family', device: 'device', tokenHash: 'token' };
      const fill = async (name: string, documents: readonly (object | undefined)[]) =>
        db.collection(name).insertMany(documents.map((document) => ({ ...document })));
      await fill('users', ids.map((id, i) => users.toDocument?.(newUser({ id, email: email(i), name: 'Ada', roles: ['customer'], now }))));
      await fill('credentials', ids.map((userId) => credentials.toDocument?.(newCredential(userId, 'hash'))));
      await fill(
        'sessions',
        sessionIds.map((id, i) => {
          const session = newSession({ id, userId: i < SESSIONS ? busy : (ids[i] ?? busy), epoch: 1, now, ...hashes });
          return sessions.toDocument?.(i % 3 === 0 ? signedOut(session, now - i) : session);
        }),
      );
      await close();
    }, 60_000);
    afterAll(() => opened.close());

    async function costOf(ask: (store: UserStore) => Promise<unknown>): Promise<void> {
      const operations = await profiled(opened.url, () => ask(opened.store));
      expect(operations).not.toEqual([]);
      for (const operation of operations) {
        expect(operation).not.toMatchObject({ planSummary: 'COLLSCAN' });
        expect(operation).not.toMatchObject({ hasSortStage: true });
        expect(Math.max(operation.docsExamined ?? 0, operation.keysExamined ?? 0), operation.ns).toBeLessThan(FEW);
      }
    }

    test('finds one user, by id or address, without looking at another', async () => {
      await costOf(({ reads }) => reads.user(busy));
      await costOf(({ reads }) => reads.credentialOf('user-77@example.com'));
    });

    test('checks the session of a request by keys alone', async () => {
      await costOf(({ reads }) => reads.isSessionLive(sessionIds[1] ?? ''));
    });

    test('reads lists page by page, in the order of an index', async () => {
      await costOf(({ reads }) => reads.users({ before: ids[USERS / 2], limit: 10 }));
      await costOf(({ reads }) => reads.users({ before: ids[USERS / 2], limit: 10 }, { role: 'staff' }));
      await costOf(({ reads }) => reads.addressBook(busy));
      await costOf(({ reads }) => reads.liveSessions(busy, { before: sessionIds[SESSIONS / 2], limit: 10 }));
    });

    test('finds the sessions that have been over for longest', async () => {
      await costOf((store) => store.forgetSessions(0, 10));
      await costOf((store) => store.forgetAttempts(10));
    });
  });
});
