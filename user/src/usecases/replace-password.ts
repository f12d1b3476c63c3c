import type { Cause } from '@souk/chassis/cause';
import { endsAccess, type Grant } from '@souk/chassis/engine/ended-access';
import type { Principal } from '@souk/chassis/web/sign-in/principal';
import type { ChangePassword, ConfirmPasswordReset } from '@souk/contracts/http/user';
import { asked, ASKED_AT_MOST, type Attempts, isFull, leftMs } from '../domain/attempts.ts';
import { withPassword } from '../domain/credential.ts';
import { linkOf, MAIL_WAITS, newMail } from '../domain/mail-and-links.ts';
import { isLive } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import type { JudgePassword, PasswordRefused } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';
import { linkSecretHash, readLinkToken } from '../tokens/opaque-tokens.ts';
import { attemptKey } from './count-attempts.ts';
import { generationEnded } from './end-access.ts';
import type { Proof, ProvePassword } from './prove-identity.ts';
import { endLinks, mailsThatWait, tellByMail } from './tell-by-mail.ts';

interface ChangePasswordDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'user'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
  readonly provePassword: ProvePassword;
  readonly sendsMail: boolean;
}

type Changed =
  | { readonly kind: 'changed'; readonly user: User }
  | PasswordRefused
  | Exclude<Proof, { readonly kind: 'right' }>;

/** Changes the caller's password. `wrong` and `wait` concern the current one. `from`: the client's address. */
export function changePassword({ commands, reads, passwords, judgePassword: judging, provePassword, sendsMail }: ChangePasswordDeps) {
  return async (
    { userId, sessionId, generation }: Principal,
    { currentPassword, newPassword }: ChangePassword,
    from: string | undefined,
    cause: Cause,
    requireVersion?: (version: number) => void,
  ): Promise<Changed> => {
    const proof = await provePassword(userId, currentPassword, from, cause);
    if (proof.kind !== 'right') return proof;
    if (newPassword === currentPassword) return { kind: 'password-refused', fault: 'unchanged' };
    const person = await reads.user(userId);
    const fault = person && (await judging(newPassword, person));
    if (fault !== undefined) return { kind: 'password-refused', fault };
    const after = await passwords.hash(newPassword, { queue: 'proof', from });
    const request = { userId, token: { sessionId, generation }, before: proof.passwordHash, after, sendsMail, ...(requireVersion && { requireVersion }) };
    const user = await commands.execute(replacePassword, request, cause);
    return user === undefined ? { kind: 'wrong' } : { kind: 'changed', user };
  };
}

interface ReplaceRequest {
  readonly userId: string;
  /** of the caller's token, which stays valid with its session */
  readonly token: Grant;
  /** the hash that the current password was right for */
  readonly before: string;
  readonly after: string;
  /** True: a mail says that the password was changed. */
  readonly sendsMail: boolean;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

/**
 * Replaces a password, ends all other sessions and forgets all other devices; undefined: the password was replaced, or the
 * account deleted, in the meantime. The caller's token does not stay valid if access was ended otherwise while it was on its way.
 */
export const replacePassword: UserUseCase<ReplaceRequest, User | undefined> = {
  name: 'replace password',
  keys: ({ userId, token: { sessionId } }) => ({
    users: [userId],
    credentials: [userId],
    sessions: [sessionId],
    accountLinks: [userId],
    endedAccess: [userId],
  }),
  moreKeys: ({ userId }, world) => ({ mails: mailsThatWait(world, userId) }),
  decide({ userId, token, before, after, sendsMail, requireVersion }, world, context) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const session = world.get('sessions', token.sessionId);
    if (user === undefined || credential?.passwordHash !== before) return { answer: undefined };
    if (session === undefined || !isLive(session, credential.sessionEpoch, context.now)) return { answer: undefined };
    requireVersion?.(user.version);
    const devices = credential.devices.filter(({ hash }) => hash === session.device);
    const replaced = withPassword(credential, after, devices);
    const earlier = world.get('endedAccess', userId);
    const kept = earlier !== undefined && endsAccess(earlier, token) ? null : token;
    const { puts, events } = generationEnded(replaced, context, { kept });
    const rest = endLinks(world, userId, ['reset-password', 'change-email']);
    const told = tellByMail(rest.links, [{ kind: 'password-changed', to: user.email }], { ...context, sendsMail });
    return {
      answer: user,
      puts: { ...puts, ...told.puts, sessions: [{ ...session, epoch: replaced.sessionEpoch }] },
      removes: { mails: rest.mails },
      tasks: told.tasks,
      events,
    };
  },
};

interface AskRequest {
  /** normalised */
  readonly email: string;
  /** The client's address; undefined: addresses are not counted. */
  readonly clientAddress: string | undefined;
}

type Asked = { readonly kind: 'asked' } | { readonly kind: 'wait'; readonly ms: number };

/**
 * Queues a reset mail to an address. The account is looked up only when the mail is sent (`prepareMail`), so neither the
 * answer nor its time can reveal if there is one.
 */
export const askForReset: UserUseCase<AskRequest, Asked> = {
  name: 'ask for a password reset',
  keys: (request) => ({ attempts: Object.values(countsOf(request)), mails: [mailIdOf(request.email)] }),
  decide(request, world, { now }) {
    const { account, address } = countsOf(request);
    const fromThere = address === undefined ? undefined : world.get('attempts', address);
    if (isFull(fromThere, ASKED_AT_MOST.address, now)) return { answer: { kind: 'wait', ms: leftMs(fromThere, now) } };
    const counted: Attempts[] = address === undefined ? [] : [asked(fromThere, address, now)];
    const forThem = world.get('attempts', account);
    // The same answer: a stranger learns nothing, and an owner who asks too often has mails already.
    if (isFull(forThem, ASKED_AT_MOST.account, now)) return { answer: { kind: 'asked' }, puts: { attempts: counted } };
    const id = mailIdOf(request.email);
    const mail = world.get('mails', id) ?? newMail({ id, kind: 'reset-password', recipient: request.email, userId: null }, now);
    return {
      answer: { kind: 'asked' },
      puts: { attempts: [...counted, asked(forThem, account, now)], mails: [mail] },
      tasks: [MAIL_WAITS],
    };
  },
};

/** One waiting mail for an address, so that a flood of requests makes one mail. */
export function mailIdOf(email: string): string {
  return attemptKey.reset(email);
}

function countsOf({ email, clientAddress }: AskRequest): { readonly account: string; readonly address?: string } {
  return {
    account: attemptKey.reset(email),
    ...(clientAddress !== undefined && { address: attemptKey.resetsFrom(clientAddress) }),
  };
}

interface ConfirmDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'user' | 'accountLinks'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
}

type Confirmed = { readonly kind: 'reset'; readonly userId: string } | { readonly kind: 'link-refused' } | PasswordRefused;

/** Sets a new password by a link; `from`: the client's address. Nothing is hashed without a valid link; a refused password spends none. */
export function confirmReset({ commands, reads, passwords, judgePassword: judging }: ConfirmDeps) {
  return async ({ token: text, newPassword }: ConfirmPasswordReset, from: string | undefined, cause: Cause): Promise<Confirmed> => {
    const token = readLinkToken(text);
    if (token === undefined) return { kind: 'link-refused' };
    const { userId } = token;
    const secretHash = linkSecretHash(token.secret);
    const person = await reads.user(userId);
    const link = linkOf(await reads.accountLinks(userId), ['reset-password'], secretHash, Date.now());
    if (person === undefined || link === undefined) return { kind: 'link-refused' };
    const fault = await judging(newPassword, person);
    if (fault !== undefined) return { kind: 'password-refused', fault };
    const passwordHash = await passwords.hash(newPassword, { queue: 'proof', from });
    const isReset = await commands.execute(resetPassword, { userId, secretHash, passwordHash, from }, cause);
    return isReset ? { kind: 'reset', userId } : { kind: 'link-refused' };
  };
}

interface ResetRequest {
  readonly userId: string;
  readonly secretHash: string;
  /** of the new password */
  readonly passwordHash: string;
  /** the client's address; undefined: addresses are not counted */
  readonly from: string | undefined;
}

/** Sets a password by a link and ends all sessions; false: the link is not valid (any more). */
export const resetPassword: UserUseCase<ResetRequest, boolean> = {
  name: 'reset password',
  keys: ({ userId }) => ({ users: [userId], credentials: [userId], accountLinks: [userId], endedAccess: [userId] }),
  moreKeys({ userId, from }, world) {
    const email = world.get('users', userId)?.email;
    return { mails: mailsThatWait(world, userId), ...(email !== undefined && { attempts: attemptsOf(userId, email, from) }) };
  },
  decide({ userId, secretHash, passwordHash, from }, world, context) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    const links = world.get('accountLinks', userId);
    const link = linkOf(links, ['reset-password'], secretHash, context.now);
    if (user === undefined || credential === undefined || links === undefined) return { answer: false };
    if (user.disabled !== null || link?.email !== user.email) return { answer: false };
    const { puts, events } = generationEnded(withPassword(credential, passwordHash), context);
    const rest = endLinks(world, userId, ['reset-password', 'change-email']);
    const attempts = credential.secondFactor === null ? attemptsOf(userId, user.email, from) : [];
    const told = tellByMail(rest.links, [{ kind: 'password-changed', to: user.email }], { ...context, sendsMail: true });
    return {
      answer: true,
      puts: { ...puts, ...told.puts },
      removes: { attempts, mails: rest.mails },
      tasks: told.tasks,
      events,
    };
  },
};

/** Wrong passwords were guesses at the old one. Codes stay counted: a reader of the mails must not get new guesses with every reset. */
function attemptsOf(userId: string, email: string, from: string | undefined): readonly string[] {
  const fromThere = from === undefined ? [] : [attemptKey.accountFrom(email, from)];
  return [attemptKey.account(email), attemptKey.signedIn(userId), ...fromThere];
}
