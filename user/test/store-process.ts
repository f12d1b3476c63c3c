import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { recordedLog } from '@souk/chassis/testing/recorded-log';
import type { MailTask } from '../src/domain/mail-and-links.ts';
import type { UserCollections, UserStore } from '../src/storage/user-store.ts';
import { ensureFirstAdmin, registerUser } from '../src/usecases/register.ts';
import { openSession } from '../src/usecases/sign-in.ts';

export type StoreProcess = Awaited<ReturnType<typeof startProcess>>;

/** A writer on a store, as a process of the service has one, without HTTP, tokens and passwords. */
export async function startProcess(store: UserStore, instance: string) {
  const commands: Engine<UserCollections, MailTask> = createEngine<UserCollections, MailTask>({
    name: 'user',
    instance,
    store,
    log: recordedLog(),
    handlers: {}, paceMs: 0,
    // The test takes the mails' turn.
    runTask: async () => undefined,
    report: () => undefined,
  });
  await commands.start();
  const register = (email: string) => commands.execute(registerUser, { email, name: 'Ada', passwordHash: 'hash', sendsMail: false });
  return {
    store,
    commands,
    register,
    firstAdmin: (email: string) => commands.execute(ensureFirstAdmin, { email, name: 'Root', passwordHash: 'hash' }),
    async registered(email: string) {
      const answer = await register(email);
      if (answer.kind !== 'registered') throw new Error(answer.kind);
      return answer.user;
    },
    async session(userId: string): Promise<string> {
      const sessionId = Bun.randomUUIDv7();
      const hashes = { familyHash: 'family', tokenHash: 'token' };
      await commands.execute(openSession, { sessionId, userId, passwordHash: 'hash', device: 'device', proof: undefined, ending: [], attempts: ['account:test'], ...hashes });
      return sessionId;
    },
    live: async (userId: string) =>
      (await store.reads.liveSessions(userId, { before: undefined, limit: 10 })).map(({ id }) => id),
  };
}
