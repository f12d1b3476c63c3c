import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { NO_CAUSE } from '@souk/chassis/cause';
import { addressRules } from '@souk/contracts/address-rules';
import type { FactorProof } from '../src/domain/credential.ts';
import { prepareMail, removeMail } from '../src/mail/mail-delivery.ts';
import { judgeProof } from '../src/second-factor/codes.ts';
import { keepSealingKey } from '../src/second-factor/sealed-secrets.ts';
import type { UserFilter, UserStore } from '../src/storage/user-store.ts';
import { newSigningKey } from '../src/tokens/signing-key.ts';
import { deleteUser } from '../src/usecases/account.ts';
import { addAddress, changeAddress } from '../src/usecases/addresses.ts';
import { replaceRoles, replaceStatus } from '../src/usecases/administer-users.ts';
import { askForEmailChange, confirmEmail } from '../src/usecases/confirm-email.ts';
import { beginAttempt, forgetAttempts, withdrawAttempt } from '../src/usecases/count-attempts.ts';
import { endSession, endSessions } from '../src/usecases/end-access.ts';
import { eraseDeparted } from '../src/usecases/forget-over.ts';
import { proveFactor, tryPassword } from '../src/usecases/prove-identity.ts';
import { rotateSession } from '../src/usecases/refresh.ts';
import { askForReset, replacePassword, resetPassword } from '../src/usecases/replace-password.ts';
import { beginEnrolment, confirmEnrolment, endEnrolment, removeFactor, stepUp } from '../src/usecases/second-factor.ts';
import { openSession, signIn } from '../src/usecases/sign-in.ts';
import { keepSigningKey, rotateSigningKey } from '../src/usecases/signing-keys.ts';
import { startProcess, type StoreProcess } from './store-process.ts';

export interface OpenUserStore {
  /** The same database once more, as another process has it. */
  open(): Promise<UserStore>;
  /** Closes all that were opened and removes the database. */
  dispose(): Promise<void>;
}

/** What every user store must do; a second engine is a second `begin`. */
export function describeUserStore(name: string, begin: () => Promise<OpenUserStore>): void {
  describe(`user store: ${name}`, () => {
    let database: OpenUserStore;
    let processes: StoreProcess[];
    let here: StoreProcess;
    beforeEach(async () => {
      database = await begin();
      processes = [];
      here = await another();
    });
    afterEach(async () => {
      for (const { commands } of processes) await commands.close();
      await database.dispose();
    });

    async function another(): Promise<StoreProcess> {
      const opened = await startProcess(await database.open(), `process-${processes.length + 1}`);
      processes.push(opened);
      return opened;
    }

    const everywhere = async <T>(run: (each: StoreProcess) => Promise<T>) => {
      const there = await another();
      return Promise.all([run(here), run(there)]);
    };

    test('finds a user by id, and a credential by address, byte for byte', async () => {
      const user = await here.registered('ada@example.com');
      expect(await here.store.reads.user(user.id)).toEqual(user);
      const credential = { userId: user.id, passwordHash: 'hash', mustChange: false, sessionEpoch: 1, accessGeneration: 1, devices: [], secondFactor: null, pendingFactor: null };
      expect(await here.store.reads.credentialOf('ada@example.com')).toEqual(credential);
      for (const address of ['Ada@example.com', 'ada@example.co', 'adá@example.com']) {
        expect(await here.store.reads.credentialOf(address)).toBeUndefined();
      }
      expect(await here.store.reads.user(Bun.randomUUIDv7())).toBeUndefined();
    });

    test('lists users newest first, slice by slice', async () => {
      const ids: string[] = [];
      for (const letter of 'abcde') ids.unshift((await here.registered(`${letter}@example.com`)).id);
      const first = await here.store.reads.users({ before: undefined, limit: 2 });
      const rest = await here.store.reads.users({ before: first[1]?.id, limit: 10 });
      expect([...first, ...rest].map(({ id }) => id)).toEqual(ids);
    });

    test('lists users by address and by role', async () => {
      const root = await here.firstAdmin('root@example.com');
      expect(root).toBe('made');
      const [ada, bob] = [await here.registered('ada@example.com'), await here.registered('bob@example.com')];
      const [admin] = await here.store.reads.users({ before: undefined, limit: 1 }, { role: 'admin' });
      const asked = { userId: bob.id, roles: ['staff'] as const, actor: admin?.id ?? '' };
      await here.commands.execute(replaceRoles, asked);
      const found = async (filter: UserFilter, before?: string) =>
        (await here.store.reads.users({ before, limit: 10 }, filter)).map(({ id }) => id);
      expect(await found({ email: 'ada@example.com' })).toEqual([ada.id]);
      expect(await found({ email: 'ada@example.com', role: 'staff' })).toEqual([]);
      expect(await found({ role: 'staff' })).toEqual([bob.id, admin?.id ?? '']);
      expect(await found({ role: 'staff' }, bob.id)).toEqual([admin?.id ?? '']);
      expect(await found({ role: 'admin' })).toEqual([admin?.id ?? '']);
      expect(await found({ role: 'customer' })).toHaveLength(3);
    });

    test('given one address twice in one batch, one gets it', async () => {
      const answers = await Promise.all([here.register('ada@example.com'), here.register('ada@example.com')]);
      expect(answers.map(({ kind }) => kind)).toEqual(['registered', 'email-taken']);
      expect(await here.store.reads.users({ before: undefined, limit: 10 })).toHaveLength(1);
    });

    test('given one address in two processes, one gets it', async () => {
      for (let round = 0; round < 5; round += 1) {
        const answers = await everywhere((each) => each.register(`ada-${round}@example.com`));
        expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['registered', 'email-taken']));
      }
    });

    test('given two keys in two processes, both get the one that is kept', async () => {
      const keep = async ({ commands }: StoreProcess) => commands.execute(keepSigningKey, await newSigningKey());
      const [one, other] = await everywhere(keep);
      expect(other).toEqual(one);
      expect(await keep(here)).toEqual(one);
    });

    test('given two rotations in two processes, there is one next key, and all read the same ring', async () => {
      await here.commands.execute(keepSigningKey, await newSigningKey());
      await here.firstAdmin('root@example.com');
      const actor = (await here.store.reads.credentialOf('root@example.com'))?.userId ?? '';
      const rotate = async ({ commands }: StoreProcess, by: string) => commands.execute(rotateSigningKey, { key: await newSigningKey(), actor: by });
      expect(await rotate(here, Bun.randomUUIDv7())).toEqual({ kind: 'not-admin' });
      const answers = await everywhere((each) => rotate(each, actor));
      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['not-over', 'rotated']);
      const made = answers.find((answer) => answer.kind === 'rotated');
      expect(await here.store.reads.keyRing()).toEqual(made?.ring);
    });

    test('given two first admins in two processes, there is one', async () => {
      expect(await here.store.reads.hasAdmin()).toBe(false);
      const [one, two] = [here, await another()];
      const made = await Promise.all([one.firstAdmin('a@example.com'), two.firstAdmin('b@example.com')]);
      expect(made.toSorted()).toEqual(['made', 'there-is-one']);
      expect(await here.store.reads.hasAdmin()).toBe(true);
    });

    test('given two admins who demote each other in two processes, one stays', async () => {
      await here.firstAdmin('root@example.com');
      const rootId = (await here.store.reads.credentialOf('root@example.com'))?.userId ?? '';
      const { id } = await here.registered('ada@example.com');
      await here.commands.execute(replaceRoles, { userId: id, roles: ['admin'], actor: rootId });
      const there = await another();
      await Promise.all([
        here.commands.execute(replaceRoles, { userId: id, roles: [], actor: rootId }),
        there.commands.execute(replaceRoles, { userId: rootId, roles: [], actor: id }),
      ]);
      const users = await here.store.reads.users({ before: undefined, limit: 10 });
      expect(users.filter(({ roles }) => roles.includes('admin'))).toHaveLength(1);
      expect(await here.store.reads.hasAdmin()).toBe(true);
    });

    test('a session is live until it is ended; others are not touched', async () => {
      const user = await here.registered('ada@example.com');
      const [one, two] = [await here.session(user.id), await here.session(user.id)];
      expect(await here.live(user.id)).toEqual([two, one]);
      await here.commands.execute(endSession, { sessionId: one, userId: user.id });
      expect(await here.store.reads.isSessionLive(one)).toBe(false);
      expect(await here.store.reads.isSessionLive(two)).toBe(true);
      expect(await here.store.reads.isSessionLive(Bun.randomUUIDv7())).toBe(false);
      expect(await here.live(user.id)).toEqual([two]);
    });

    test('given twins of one refresh token in two processes, all get one successor; when that is used, they are overtaken and nothing ends', async () => {
      const { id: userId } = await here.registered('ada@example.com');
      const sessionId = await here.session(userId);
      const refreshing = (n: number, by: string) => {
        const asked = { sessionId, familyHash: 'family', tokenHash: n === 1 ? 'token' : `token-${n}`, successorHash: `token-${n + 1}`, nonce: by };
        return (each: StoreProcess) => each.commands.execute(rotateSession, { ...asked, nonce: `${by}-${Bun.randomUUIDv7()}` });
      };
      const twins = await everywhere(refreshing(1, 'first'));
      expect(twins.map(({ kind }) => kind)).toEqual(['refreshed', 'refreshed']);
      expect(twins[0]).toEqual(twins[1]);
      expect((await refreshing(2, 'second')(here)).kind).toBe('refreshed');
      const slow = await everywhere(refreshing(1, 'slow'));
      expect(slow.map(({ kind }) => kind)).toEqual(['overtaken', 'overtaken']);
      expect(await refreshing(3, 'third')(here)).toMatchObject({ kind: 'refreshed' });
      expect(await here.live(userId)).toEqual([sessionId]);
      expect((await refreshing(99, 'made up')(here)).kind).toBe('reused');
      expect(await here.live(userId)).toEqual([]);
    });

    test('all sessions of one user end at once; those of others and new ones are live', async () => {
      const [ada, bob] = [await here.registered('ada@example.com'), await here.registered('bob@example.com')];
      const old = [await here.session(ada.id), await here.session(ada.id)];
      const bobs = await here.session(bob.id);
      await here.commands.execute(endSessions, { userId: ada.id });
      for (const id of old) expect(await here.store.reads.isSessionLive(id)).toBe(false);
      const fresh = await here.session(ada.id);
      expect(await here.live(ada.id)).toEqual([fresh]);
      expect(await here.live(bob.id)).toEqual([bobs]);
    });

    test('a new password keeps the token that asked for it, but not one that a lost role has overtaken', async () => {
      await here.firstAdmin('root@example.com');
      const actor = (await here.store.reads.credentialOf('root@example.com'))?.userId ?? '';
      const { id: userId } = await here.registered('ada@example.com');
      const sessionId = await here.session(userId);
      const asked = (before: string, generation: number) => ({ userId, token: { sessionId, generation }, before, after: `${before}+`, sendsMail: false });
      const last = async () => (await here.store.endedAccess.since(0)).find(({ id }) => id === userId);

      await here.commands.execute(replacePassword, asked('hash', 1));
      expect(await last()).toMatchObject({ generation: 2, kept: { sessionId, generation: 1 } });
      await here.commands.execute(replacePassword, asked('hash+', 1));
      expect(await last()).toMatchObject({ generation: 3, kept: { sessionId, generation: 1 } });
      await here.commands.execute(replaceRoles, { userId, roles: ['staff'], actor });
      expect(await last()).toMatchObject({ generation: 3 });
      await here.commands.execute(replaceRoles, { userId, roles: [], actor });
      expect(await last()).toMatchObject({ generation: 4, kept: null });
      await here.commands.execute(replacePassword, asked('hash++', 3));
      expect(await last()).toMatchObject({ generation: 5, kept: null });
      expect(await here.live(userId)).toEqual([sessionId]);
    });

    test('keeps addresses as they are, given two processes at once', async () => {
      const { readChanges } = await addressRules();
      const { id: userId } = await here.registered('ada@example.com');
      const address = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT', line2: 'Top 7' };
      await everywhere((each) => each.commands.execute(addAddress, { userId, address, limit: 20 }));
      const [first, second, ...others] = (await here.store.reads.addressBook(userId))?.addresses ?? [];
      expect(others).toEqual([]);
      expect(first).toMatchObject({ ...address, isDefault: true });
      expect(second).toMatchObject({ ...address, isDefault: false });
      const asked = { userId, addressId: second?.id ?? '', changes: { isDefault: true, line2: null }, readChanges, requireVersion: () => undefined };
      await here.commands.execute(changeAddress, asked);
      const after = (await here.store.reads.addressBook(userId))?.addresses ?? [];
      expect(after.map(({ isDefault, version }) => [isDefault, version])).toEqual([[false, 2], [true, 3]]);
      expect(after[1]).not.toHaveProperty('line2');
    });

    test('a deleted user leaves nothing but a history, and the address is free', async () => {
      const { id: userId, email } = await here.registered('ada@example.com');
      const address = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' };
      await here.commands.execute(addAddress, { userId, address, limit: 20 });
      const session = await here.session(userId);
      const deletions = await everywhere((each) => each.commands.execute(deleteUser, { userId, passwordHash: 'hash' }));
      expect(new Set(deletions.map(({ kind }) => kind))).toEqual(new Set(['deleted', 'password-replaced']));
      const { reads } = here.store;
      expect(await reads.isSessionLive(session)).toBe(false);
      expect([await reads.user(userId), await reads.credential(userId), await reads.addressBook(userId)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect((await here.registered(email)).id).not.toBe(userId);
      expect(await reads.departed(10)).toEqual([userId]);
    });

    test('the answers kept for a deleted user are erased in rounds, those of others stay', async () => {
      const [ada, bob] = [await here.registered('ada@example.com'), await here.registered('bob@example.com')];
      const address = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' };
      const keyed = (owner: string, key: string) => ({ owner, scope: owner, key, fingerprint: 'same', render: () => ({ status: 201, headers: {}, body: 'kept' }) });
      const add = (userId: string, key: string) => here.commands.executeOnce(addAddress, { userId, address, limit: 1000 }, keyed(userId, key));
      const keys = Array.from({ length: 70 }, (_, count) => `key-${count}`);
      await Promise.all([ada.id, bob.id].flatMap((userId) => keys.map((key) => add(userId, key))));
      await here.commands.execute(deleteUser, { userId: ada.id, passwordHash: 'hash' });
      const job = eraseDeparted({ commands: () => here.commands, reads: here.store.reads, messages: here.store.messages });
      await job.run(new AbortController().signal);
      expect(await here.store.reads.departed(10)).toEqual([]);
      expect(await here.store.messages.forgetAnswersTo([ada.id], 100)).toBe(0);
      expect(await here.store.messages.forgetAnswersTo([bob.id], 100)).toBe(70);
    });

    test('lists sessions newest first, slice by slice', async () => {
      const { id } = await here.registered('ada@example.com');
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.unshift(await here.session(id));
      const first = await here.store.reads.liveSessions(id, { before: undefined, limit: 2 });
      const rest = await here.store.reads.liveSessions(id, { before: first[1]?.id, limit: 10 });
      expect([...first, ...rest].map((session) => session.id)).toEqual(ids);
    });

    test('counts tries over all processes, and forgets them when one was right', async () => {
      const beginOne = ({ commands }: StoreProcess) => commands.execute(beginAttempt, { key: 'a', from: undefined });
      const tries = await everywhere((each) => Promise.all(Array.from({ length: 5 }, () => beginOne(each))));
      expect(tries.flat().filter(({ kind }) => kind === 'begun')).toHaveLength(5);
      await here.commands.execute(withdrawAttempt, { key: 'a', from: undefined });
      expect(await beginOne(here)).toEqual({ kind: 'begun' });
      expect(await beginOne(here)).toMatchObject({ kind: 'wait' });
      await here.commands.execute(forgetAttempts, { key: 'a' });
      expect(await beginOne(here)).toEqual({ kind: 'begun' });
      expect(await here.store.forgetAttempts(10)).toBe(0);
    });

    test('knows the devices of an account, ten at most, and after a new password only the one that set it', async () => {
      const { id: userId, email } = await here.registered('ada@example.com');
      const hashes = { familyHash: 'family', tokenHash: 'token' };
      const open = (device: string, sessionId = Bun.randomUUIDv7()) =>
        here.commands.execute(openSession, { sessionId, userId, passwordHash: 'hash', proof: undefined, device, ending: [], attempts: [], ...hashes });
      const known = async () => (await here.store.reads.credentialOf(email))?.devices.map(({ hash }) => hash);
      for (const device of ['phone', 'phone', ...'abcdefghijkl'.split('')]) await open(device);
      expect(await known()).toEqual(['phone', ...'defghijkl'.split('')]);
      const sessionId = Bun.randomUUIDv7();
      await open('e', sessionId);
      const generation = (await here.store.reads.credentialOf(email))?.accessGeneration ?? 0;
      await here.commands.execute(replacePassword, { userId, token: { sessionId, generation }, before: 'hash', after: 'new', sendsMail: false });
      expect(await known()).toEqual(['e']);
    });

    test('a mail is prepared by one of two processes, and its link opens the account once', async () => {
      const { id: userId, email } = await here.registered('ada@example.com');
      await here.commands.execute(askForReset, { email, clientAddress: undefined });
      await here.commands.execute(askForReset, { email, clientAddress: undefined });
      const [mail, ...others] = await here.store.reads.dueMails(10);
      if (mail === undefined) throw new Error('no mail waits');
      expect(others).toEqual([]);
      expect(mail).toMatchObject({ kind: 'reset-password', recipient: email, userId: null, tries: 0 });
      const prepared = await everywhere((each) => each.commands.execute(prepareMail, { mail, secretHash: 'hash of the secret' }));
      expect(prepared.map(({ kind }) => kind).toSorted()).toEqual(['not-due', 'send']);
      expect(await here.store.reads.dueMails(10)).toEqual([]);
      expect(await here.store.reads.waitingMails()).toBe(1);
      await here.commands.execute(removeMail, { mail, userId });
      expect(await here.store.reads.waitingMails()).toBe(0);
      expect(await here.store.forgetLinks(10)).toBe(0);

      const session = await here.session(userId);
      const reset = (secretHash: string) => (each: StoreProcess) =>
        each.commands.execute(resetPassword, { userId, secretHash, passwordHash: 'another hash', from: undefined });
      expect(await reset('a guess')(here)).toBe(false);
      expect((await everywhere(reset('hash of the secret'))).filter((isReset) => isReset)).toHaveLength(1);
      expect(await here.store.reads.isSessionLive(session)).toBe(false);
      expect(await here.store.reads.credential(userId)).toMatchObject({ passwordHash: 'another hash', accessGeneration: 2, sessionEpoch: 2 });
      expect(await here.store.reads.accountLinks(userId)).toMatchObject({ links: [], mails: [expect.any(String)] });
      expect(await here.store.reads.dueMails(10)).toMatchObject([{ kind: 'password-changed', recipient: email, userId }]);
      await here.commands.execute(deleteUser, { userId, passwordHash: 'another hash' });
      expect(await here.store.reads.waitingMails()).toBe(0);
      expect(await here.store.reads.accountLinks(userId)).toBeUndefined();
    });

    test('given two accounts that take one address in two processes, one gets it, and its old address is free', async () => {
      const there = await another();
      const [ada, bob] = [await here.registered('ada@example.com'), await here.registered('bob@example.com')];
      const linked = async (at: StoreProcess, userId: string) => {
        await at.commands.execute(askForEmailChange, { userId, email: 'new@example.com', passwordHash: 'hash' });
        for (const mail of (await at.store.reads.dueMails(10)).filter(({ kind }) => kind === 'change-email')) {
          await at.commands.execute(prepareMail, { mail, secretHash: `secret of ${mail.userId}` });
        }
        return at.commands.execute(confirmEmail, { userId, secretHash: 'a guess' });
      };
      expect([await linked(here, ada.id), await linked(there, bob.id)]).toEqual([{ kind: 'link-refused' }, { kind: 'link-refused' }]);
      const answers = await Promise.all([
        here.commands.execute(confirmEmail, { userId: ada.id, secretHash: `secret of ${ada.id}` }),
        there.commands.execute(confirmEmail, { userId: bob.id, secretHash: `secret of ${bob.id}` }),
      ]);
      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['changed', 'link-refused']);
      const [winner, loser] = answers[0].kind === 'changed' ? [ada, bob] : [bob, ada];
      expect(await here.store.reads.credentialOf('new@example.com')).toMatchObject({ userId: winner.id });
      expect(await here.store.reads.credentialOf(winner.email)).toBeUndefined();
      expect(await here.store.reads.user(winner.id)).toMatchObject({ email: 'new@example.com', emailConfirmed: true, version: 2 });
      expect(await here.store.reads.user(loser.id)).toEqual(loser);
      expect((await here.registered(winner.email)).id).not.toBe(winner.id);
    });

    test('given two admins who disable each other in two processes, one can undo it', async () => {
      await here.firstAdmin('root@example.com');
      const rootId = (await here.store.reads.credentialOf('root@example.com'))?.userId ?? '';
      const { id } = await here.registered('ada@example.com');
      await here.commands.execute(replaceRoles, { userId: id, roles: ['admin'], actor: rootId });
      const session = await here.session(id);
      const there = await another();
      const reason = 'the other one began';
      const answers = await Promise.all([
        here.commands.execute(replaceStatus, { userId: id, reason, actor: rootId }),
        there.commands.execute(replaceStatus, { userId: rootId, reason, actor: id }),
      ]);
      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['done', 'not-admin']);
      const [winner, loser] = answers[0].kind === 'done' ? [rootId, id] : [id, rootId];
      expect(await here.store.reads.user(loser)).toMatchObject({ disabled: { reason }, version: 2 + Number(loser === id) });
      expect(await here.store.reads.isSessionLive(session)).toBe(loser !== id);
      await here.commands.execute(replaceStatus, { userId: loser, reason: null, actor: winner });
      expect(await here.store.reads.user(loser)).toMatchObject({ disabled: null });
    });

    test('keeps a second factor in the credential; given one code in two processes, accepts it once', async () => {
      const { id: userId, email } = await here.registered('ada@example.com');
      const sessionId = await here.session(userId);
      const begun = await here.commands.execute(beginEnrolment, { userId, passwordHash: 'hash', sealed: 'sealed' });
      expect(begun).toMatchObject({ kind: 'pending', pending: { sealed: 'sealed' } });
      const first = { userId, sessionId, sealed: 'sealed', step: 7, recoveryHashes: ['one', 'two'], attempts: 'codes' };
      expect(new Set(await everywhere((each) => each.commands.execute(endEnrolment, first)))).toEqual(new Set([false, true]));
      const read = async () => (await here.store.reads.credentialOf(email)) ?? null;
      const factor = async () => (await read())?.secondFactor ?? null;
      expect(await read()).toMatchObject({ secondFactor: { sealed: 'sealed', lastStep: 7, recoveryHashes: ['one', 'two'] }, pendingFactor: null });
      const activeSince = (await factor())?.activeSince ?? 0;
      const stepped = (proof: FactorProof) => (each: StoreProcess) => each.commands.execute(stepUp, { userId, sessionId, proof, attempts: 'codes' });
      const code = (step: number, since = activeSince): FactorProof => ({ kind: 'one-time-code', activeSince: since, step, sealed: 'sealed anew' });
      for (const proof of [code(8), { kind: 'recovery-code', hash: 'one' } as const]) {
        const answers = await everywhere(stepped(proof));
        expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
      }
      expect(await stepped(code(7))(here)).toBeUndefined();
      expect(await stepped(code(9, activeSince - 1))(here)).toBeUndefined();
      expect(await factor()).toEqual({ sealed: 'sealed anew', activeSince, lastStep: 8, recoveryHashes: ['two'] });
      const [session] = await here.store.reads.liveSessions(userId, { before: undefined, limit: 1 });
      expect(session?.secondFactorAt).toBeGreaterThanOrEqual(activeSince);
      const removal = { userId, passwordHash: 'hash', proof: { kind: 'recovery-code', hash: 'two' } as const, attempts: 'codes' };
      expect(new Set(await everywhere((each) => each.commands.execute(removeFactor, removal)))).toEqual(new Set([false, true]));
      expect(await factor()).toBeNull();
    });

    test('a code whose secret cannot be opened counts as no try, neither of a new factor, nor of a session, nor of a sign-in', async () => {
      const { id: userId, email } = await here.registered('ada@example.com');
      const sessionId = await here.session(userId);
      const { commands, store: { reads } } = here;
      const oneTimeCode = '123456';
      const secrets = { seal: async () => 'sealed', open: async () => undefined, isCurrent: async () => true };
      const judging = judgeProof({ secrets, keyMissing: () => undefined });
      const kindsOf = async (ask: () => Promise<{ readonly kind: string }>) => {
        const kinds: string[] = [];
        // More tries than are free before a wait.
        for (let count = 0; count < 7; count += 1) kinds.push((await ask()).kind);
        return new Set(kinds);
      };

      await commands.execute(beginEnrolment, { userId, passwordHash: 'hash', sealed: 'sealed' });
      const confirm = confirmEnrolment({ commands, reads, secrets });
      expect(await kindsOf(() => confirm({ userId, sessionId, generation: 1, roles: ['customer'] }, oneTimeCode, NO_CAUSE))).toEqual(new Set(['none-pending']));
      await commands.execute(endEnrolment, { userId, sessionId, sealed: 'sealed', step: 7, recoveryHashes: [], attempts: 'codes' });
      const prove = proveFactor({ commands, reads, judgeProof: judging });
      expect(await kindsOf(() => prove(userId, { oneTimeCode }, NO_CAUSE))).toEqual(new Set(['secret-unreadable']));

      const passwords = { hash: async () => 'hash', matches: async (password: string) => password === 'right' };
      const noTokens = async () => Promise.reject(new Error('nobody is signed in'));
      const signingIn = signIn({
        commands,
        reads,
        sessionsPerUser: 10,
        tryPassword: tryPassword({ commands, passwords }),
        tokens: { access: noTokens, all: noTokens },
        judgeProof: judging,
        admin: async () => undefined,
      });
      for (const from of [undefined, '192.0.2.1']) {
        const asked = (password: string) => signingIn({ email, password, oneTimeCode }, from, NO_CAUSE);
        expect(await kindsOf(() => asked('right'))).toEqual(new Set(['secret-unreadable']));
      }
      // None of them was left behind: all free tries are still there.
      const wrong: string[] = [];
      for (let count = 0; count < 6; count += 1) wrong.push((await signingIn({ email, password: 'wrong' }, undefined, NO_CAUSE)).kind);
      expect(wrong).toEqual([...Array.from({ length: 5 }, () => 'wrong'), 'wait']);
    });

    test('given two sealing keys in two processes, both get the one that is kept', async () => {
      expect(await here.store.reads.sealingKey()).toBeUndefined();
      const [one, other] = await everywhere((each) => each.commands.execute(keepSealingKey, Bun.randomUUIDv7()));
      expect(other).toEqual(one);
      expect(await here.store.reads.sealingKey()).toEqual(one);
    });

    test('forgets sessions that have been over for long enough, a limited number at a time', async () => {
      const { id: userId } = await here.registered('ada@example.com');
      const live = await here.session(userId);
      for (let count = 0; count < 3; count += 1) {
        await here.commands.execute(endSession, { sessionId: await here.session(userId), userId });
      }
      expect(await here.store.forgetSessions(60_000, 10)).toBe(0);
      // Before the clock has moved on there may be none that ended in the past.
      expect(await here.store.forgetSessions(-1, 2)).toBe(2);
      expect(await here.store.forgetSessions(-1, 2)).toBe(1);
      expect(await here.live(userId)).toEqual([live]);
    });
  });
}
