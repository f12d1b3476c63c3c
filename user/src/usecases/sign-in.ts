import type { Cause } from '@souk/chassis/cause';
import { newId } from '@souk/chassis/ids';
import { normalisedEmail } from '@souk/contracts/email';
import type { OpenedSession, SecondFactorProof, SignIn } from '@souk/contracts/http/session';
import { type Credential, type FactorProof, isKnown, recoveryCodesLeft, type SecondFactor, withDevice, withProof } from '../domain/credential.ts';
import { isLive, newSession, signedOut, type TokenHashes } from '../domain/session.ts';
import { standingOf } from '../domain/user.ts';
import type { Judged, JudgeProof } from '../second-factor/codes.ts';
import type { UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';
import type { SessionTokensGiven, SignedIn } from '../tokens/access-tokens.ts';
import { deviceHashOf, hashesOf, newDeviceToken, newRefreshToken } from '../tokens/opaque-tokens.ts';
import { type Attempt, attemptKey, countAddress, countedFor, withdrawAttempt } from './count-attempts.ts';
import { sessionEnded } from './end-access.ts';
import type { Tried, TryPassword } from './prove-identity.ts';

/** Sessions beyond the limit that one sign-in may find and end, for accounts from before there was a limit. */
const ENDED_AT_ONCE = 20;

interface SignInDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credentialOf' | 'liveSessions'>;
  readonly sessionsPerUser: number;
  readonly tryPassword: TryPassword;
  readonly tokens: SessionTokensGiven;
  readonly judgeProof: JudgeProof;
  /** Resolves when there is a first admin. */
  admin(): Promise<void>;
}

export type SigningIn =
  /** `recoveryCodesLeft`: null when none was used */
  | { readonly kind: 'signed-in'; readonly tokens: OpenedSession; readonly userId: string; readonly recoveryCodesLeft: number | null }
  /** `account`: the user's id, or the address where there is no user */
  | ({ readonly account: string } & Exclude<Tried, { readonly kind: 'right' }>)
  /** The password was right, and so was everything else that was asked for. */
  | { readonly kind: 'disabled' }
  | Extract<FactorRefused, { readonly kind: 'code-needed' }>
  | { readonly kind: 'code-wrong'; readonly userId: string }
  | Extract<Judged, { readonly kind: 'secret-unreadable' }>;

/**
 * Signs a user in. A try without the second factor reveals that the password was right, and still uses up one of few tries.
 * Otherwise neither the answer nor the work done for it reveals if the address or the password was wrong, and both are counted
 * alike. `from`: the client's address; undefined: addresses are not counted.
 */
export function signIn(deps: SignInDeps) {
  const { reads, tryPassword: trying, admin } = deps;
  return async (
    { email: address, password, deviceToken, ...shown }: SignIn,
    from: string | undefined,
    cause: Cause,
  ): Promise<SigningIn> => {
    await admin();
    const email = normalisedEmail(address);
    const credential = await reads.credentialOf(email);
    const known = knownDevice(credential, deviceToken);
    const attempt = known === undefined ? attemptOf(email, from) : attemptOfDevice(known);
    const tried = await trying(attempt, password, credential?.passwordHash, { queue: 'sign-in', from }, cause);
    const account = credential?.userId ?? email;
    if (tried.kind !== 'right') return { ...tried, account };
    if (credential === undefined) return { kind: 'wrong', account };
    return withPasswordRight(deps, { credential, shown, attempt, device: known ?? newDeviceToken() }, cause);
  };
}

interface Proved {
  readonly credential: Credential;
  /** of the second factor */
  readonly shown: SecondFactorProof;
  readonly attempt: Attempt;
  /** the token of the device */
  readonly device: string;
}

async function withPasswordRight(deps: SignInDeps, { credential, shown, attempt, device }: Proved, cause: Cause): Promise<SigningIn> {
  const { commands, judgeProof: judging, tokens } = deps;
  const { userId, passwordHash } = credential;
  const judged = await judging(credential, shown);
  if (judged.kind === 'secret-unreadable') {
    await commands.execute(withdrawAttempt, attempt, cause);
    return judged;
  }
  if (judged.kind === 'code-wrong') return codeWrong(deps, userId, attempt, cause);
  const token = newRefreshToken(newId());
  const identity = { sessionId: token.sessionId, userId, passwordHash, device: deviceHashOf(device), ...hashesOf(token) };
  const asked = { ...identity, proof: judged.proof, ending: await overLimit(deps, userId), attempts: countedFor(attempt) };
  const opened = await commands.execute(openSession, asked, cause);
  switch (opened.kind) {
    case 'opened':
      return { ...opened, kind: 'signed-in', userId, tokens: { ...(await tokens.all(opened.by, token)), deviceToken: device } };
    case 'code-wrong':
      return codeWrong(deps, userId, attempt, cause);
    case 'disabled':
    case 'code-needed':
      return opened;
    case 'password-replaced':
      return { kind: 'wrong', account: userId };
    default:
      return opened satisfies never;
  }
}

/** Counts a wrong code for the client address; the account has counted it already. */
async function codeWrong({ commands }: SignInDeps, userId: string, { from }: Attempt, cause: Cause): Promise<SigningIn> {
  if (from !== undefined) await commands.execute(countAddress, { key: from.address }, cause);
  return { kind: 'code-wrong', userId };
}

/**
 * The sessions that end to make room for a new one, unused for longest first. Concurrent sign-ins of a user may exceed the
 * limit by their number, until the next sign-in.
 */
async function overLimit({ reads, sessionsPerUser }: Pick<SignInDeps, 'reads' | 'sessionsPerUser'>, userId: string): Promise<readonly string[]> {
  const open = await reads.liveSessions(userId, { before: undefined, limit: sessionsPerUser + ENDED_AT_ONCE });
  const byUse = open.toSorted((one, other) => one.lastUsedAt - other.lastUsedAt);
  return byUse.slice(0, Math.max(0, open.length - sessionsPerUser + 1)).map(({ id }) => id);
}

/** The token, when its device belongs to this account. Any other is ignored, so it does not reveal if there is an account. */
function knownDevice(credential: Credential | undefined, deviceToken: string | undefined): string | undefined {
  if (credential === undefined || deviceToken === undefined) return undefined;
  return isKnown(credential.devices, deviceHashOf(deviceToken), Date.now()) ? deviceToken : undefined;
}

/** A device that has signed in before is counted by itself: account and address do not wait with it, nor it with them. */
function attemptOfDevice(deviceToken: string): Attempt {
  return { key: attemptKey.device(deviceHashOf(deviceToken)), from: undefined };
}

function attemptOf(email: string, from: string | undefined): Attempt {
  const key = attemptKey.account(email);
  if (from === undefined) return { key, from };
  return { key, from: { address: attemptKey.address(from), both: attemptKey.accountFrom(email, from) } };
}

interface OpenRequest extends TokenHashes {
  readonly sessionId: string;
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
  /** the hash of its token */
  readonly device: string;
  /** of the second factor; undefined: none was sent */
  readonly proof: FactorProof | undefined;
  /** ids of the user's other sessions that end to make room for it */
  readonly ending: readonly string[];
  /** the keys of earlier tries, which are forgotten now */
  readonly attempts: readonly string[];
}

type Opened =
  /** `recoveryCodesLeft`: null when none was used */
  | { readonly kind: 'opened'; readonly by: SignedIn; readonly recoveryCodesLeft: number | null }
  /** the password was replaced, or the account deleted, in the meantime */
  | { readonly kind: 'password-replaced' }
  | { readonly kind: 'disabled' }
  | FactorRefused;

/** The password was right but is not enough. The counted tries stay until the right code comes. */
type FactorRefused = { readonly kind: 'code-needed' } | { readonly kind: 'code-wrong' };

/** Opens a session for a user who has proved the password and, if there is one, the second factor. */
export const openSession: UserUseCase<OpenRequest, Opened> = {
  name: 'open session',
  keys: ({ userId, ending, attempts }) => ({ users: [userId], credentials: [userId], sessions: ending, endedAccess: ending, attempts }),
  decide({ sessionId, userId, passwordHash, device, proof, ending, attempts, ...hashes }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || credential?.passwordHash !== passwordHash) return { answer: { kind: 'password-replaced' } };
    const secondFactor = factorAfter(credential, proof);
    if (secondFactor !== null && 'kind' in secondFactor) return { answer: secondFactor };
    if (user.disabled !== null) return { answer: { kind: 'disabled' } };
    const identity = { id: sessionId, userId, epoch: credential.sessionEpoch, device, ...hashes };
    const session = newSession({ ...identity, now, secondFactorAt: secondFactor === null ? null : now });
    const devices = withDevice(credential.devices, device, now);
    const isChanged = devices !== credential.devices || secondFactor !== credential.secondFactor;
    const others = ending.map((id) => world.get('sessions', id)).filter((each) => each !== undefined);
    const ended = others
      .filter((each) => isLive(each, credential.sessionEpoch, now))
      .map((each) => sessionEnded(signedOut(each, now), { now }));
    const by = { userId, generation: credential.accessGeneration, ...standingOf(user, credential, session) };
    const left = secondFactor && proof ? recoveryCodesLeft(secondFactor, proof) : null;
    return {
      answer: { kind: 'opened', by, recoveryCodesLeft: left },
      puts: {
        sessions: [session, ...ended.flatMap(({ puts }) => puts.sessions ?? [])],
        endedAccess: ended.flatMap(({ puts }) => puts.endedAccess ?? []),
        ...(isChanged && { credentials: [{ ...credential, devices, secondFactor }] }),
      },
      removes: { attempts },
      events: ended.flatMap(({ events }) => events),
    };
  },
};

/** The second factor after the proof; null: there is none, and a code is ignored. */
function factorAfter({ secondFactor }: Credential, proof: FactorProof | undefined): SecondFactor | FactorRefused | null {
  if (secondFactor === null) return null;
  if (proof === undefined) return { kind: 'code-needed' };
  return withProof(secondFactor, proof) ?? { kind: 'code-wrong' };
}
