import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import {
  ConfirmSecondFactor,
  EnrolSecondFactor,
  GivenAccess,
  RecoveryCodes,
  RemoveSecondFactor,
  SecondFactorEnrolment,
  SecondFactorProof,
  SecondFactorState,
} from '@souk/contracts/http/session';
import { factorRepresentation, isoTime } from '../domain/representations.ts';
import { newRecoveryCodes } from '../second-factor/codes.ts';
import type { UserCommands, UserReads } from '../storage/user-store.ts';
import type { SessionTokensGiven } from '../tokens/access-tokens.ts';
import type { ProveFactor, ProvePassword, Shown, ShownFactor } from '../usecases/prove-identity.ts';
import { type confirmEnrolment, type Enrol, removeFactor, replaceRecoveryCodes, stepUp } from '../usecases/second-factor.ts';
import { accountGone, mustWait, passwordWrong, unproven, waitSeconds } from './refused.ts';

interface SecondFactorRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly enrol: Enrol;
  readonly confirm: ReturnType<typeof confirmEnrolment>;
  readonly provePassword: ProvePassword;
  readonly proveFactor: ProveFactor;
  readonly tokens: SessionTokensGiven;
  /** The client address that a request counts for; undefined: addresses are not counted. */
  fromOf(request: Request): string | undefined;
}

/** Routes of the caller's own second factor. They take no Idempotency-Key, so none of their answers is stored. */
export function secondFactorRoutes({ commands, reads, enrol, confirm, provePassword, proveFactor, tokens, fromOf }: SecondFactorRouteDeps) {
  return router()
    .get('/users/me/second-factor', async ({ principal, set }) => {
      const credential = await reads.credential(principal.userId);
      if (credential === undefined) throw accountGone();
      set.headers['cache-control'] = 'no-store';
      return factorRepresentation(credential, Date.now());
    }, {
      signedIn: true,
      refuses: ['not-found'],
      response: { 200: SecondFactorState },
      detail: { summary: "Whether the caller's account has a second factor, and how many recovery codes are left" },
    })
    .post('/users/me/second-factor', async ({ body, principal, request, set }) => {
      const answer = await enrol(principal.userId, body.password, fromOf(request), causeOf(request));
      if (answer.kind === 'wait' || answer.kind === 'wrong') throw unproven(request, answer, '/password');
      if (answer.kind === 'password-replaced') throw passwordWrong('/password');
      if (answer.kind === 'active-already') throw problem('conflict', { detail: 'The account has a second factor: DELETE it before you set up another one.' });
      set.status = 201;
      set.headers['location'] = '/users/me/second-factor';
      set.headers['cache-control'] = 'no-store';
      const { secret, otpauthUrl, pending } = answer;
      return { secret, otpauthUrl, expiresAt: isoTime(pending.expiresAt) };
    }, {
      signedIn: true,
      refuses: ['conflict', 'too-many-requests'],
      body: EnrolSecondFactor,
      response: { 201: SecondFactorEnrolment },
      detail: {
        summary: 'A secret for an authenticator (TOTP, RFC 6238); it becomes the second factor with its first code',
        description: 'The secret waits for 15 minutes, and is shown this once. Whoever asks again gets another one, and the one before is worth nothing.',
      },
    })
    .post('/users/me/second-factor/confirmation', async ({ body, principal, request, set }) => {
      const answer = await confirm(principal, body.oneTimeCode, causeOf(request));
      if (answer.kind === 'wait') throw codesThrottled(answer.ms, request);
      if (answer.kind === 'code-wrong') throw codeRefused(body, request);
      if (answer.kind === 'none-pending') throw problem('conflict', { detail: 'No secret is waiting for its first code: POST /users/me/second-factor gives one.' });
      tellSecurity(request, 'factor.enrolled', {});
      set.headers['cache-control'] = 'no-store';
      return { recoveryCodes: [...answer.recoveryCodes] };
    }, {
      signedIn: true,
      refuses: ['conflict', 'too-many-requests'],
      body: ConfirmSecondFactor,
      response: { 200: RecoveryCodes },
      detail: {
        summary: 'The first code of the secret: from now on signing in needs one; answers ten recovery codes, shown this once',
        description: 'This session has shown a code by that: its next access token, by POST /sessions/refresh, says so.',
      },
    })
    .post('/users/me/second-factor/recovery-codes', async ({ body, principal: { userId }, request, set }) => {
      const shown = given(await proveFactor(userId, body, causeOf(request)), body, request);
      const { codes, hashes } = newRecoveryCodes();
      if (!(await commands.execute(replaceRecoveryCodes, { userId, ...shown, recoveryHashes: hashes }, causeOf(request)))) throw codeRefused(body, request);
      set.headers['cache-control'] = 'no-store';
      return { recoveryCodes: [...codes] };
    }, {
      signedIn: true,
      refuses: ['not-found', 'too-many-requests'],
      body: ConfirmSecondFactor,
      response: { 200: RecoveryCodes },
      detail: { summary: 'Ten new recovery codes in place of those there were' },
    })
    .delete('/users/me/second-factor', async ({ body, principal: { userId }, request }) => {
      const { password, ...rest } = body;
      const proof = exactlyOne(rest);
      const known = await provePassword(userId, password, fromOf(request), causeOf(request));
      if (known.kind !== 'right') throw unproven(request, known, '/password');
      const shown = given(await proveFactor(userId, proof, causeOf(request)), proof, request);
      const asked = { userId, passwordHash: known.passwordHash, ...shown };
      if (!(await commands.execute(removeFactor, asked, causeOf(request)))) throw codeRefused(proof, request);
      tellSecurity(request, 'factor.removed', { actor: userId });
      return noContent();
    }, {
      signedIn: true,
      refuses: ['not-found', 'too-many-requests'],
      body: RemoveSecondFactor,
      response: { 204: NoContent },
      detail: { summary: 'Remove the second factor; access tokens end, sessions go on: refresh' },
    })
    .post('/sessions/second-factor', async ({ body, principal: { userId, sessionId }, request, set }) => {
      const proof = exactlyOne(body);
      const shown = given(await proveFactor(userId, proof, causeOf(request)), proof, request);
      const done = await commands.execute(stepUp, { userId, sessionId, ...shown }, causeOf(request));
      if (done === undefined) throw codeRefused(proof, request);
      if (done.recoveryCodesLeft !== null) tellSecurity(request, 'recovery_code.used', { left: done.recoveryCodesLeft });
      set.headers['cache-control'] = 'no-store';
      return tokens.access(done.by, sessionId);
    }, {
      signedIn: true,
      refuses: ['not-found', 'too-many-requests'],
      body: SecondFactorProof,
      response: { 200: GivenAccess },
      detail: {
        summary: 'A code of the second factor within the session: answers an access token that says when it came',
        description: 'For what answers 403 `second-factor-stale`. The refresh token stays as it is; refreshing does not make the code younger.',
      },
    });
}

/** Throws the 422 problem for two proofs at once: one of them would be spent for nothing. */
export function atMostOne({ oneTimeCode, recoveryCode }: SecondFactorProof): SecondFactorProof {
  if (oneTimeCode !== undefined && recoveryCode !== undefined) throw invalid('/recoveryCode', 'must be left out beside /oneTimeCode');
  return { ...(oneTimeCode !== undefined && { oneTimeCode }), ...(recoveryCode !== undefined && { recoveryCode }) };
}

/** Throws the 422 problem unless there is exactly one proof. */
function exactlyOne(body: SecondFactorProof): SecondFactorProof {
  const proof = atMostOne(body);
  if (proof.oneTimeCode === undefined && proof.recoveryCode === undefined) throw invalid('/oneTimeCode', 'is missing, and so is /recoveryCode: send one of them');
  return proof;
}

/** The proof that was shown; throws the problem when it is not good enough. */
function given(answer: ShownFactor, proof: SecondFactorProof, request: Request): Shown {
  switch (answer.kind) {
    case 'shown':
      return answer.shown;
    case 'wait':
      throw codesThrottled(answer.ms, request);
    case 'no-factor':
      throw noFactor();
    case 'code-wrong':
      throw codeRefused(proof, request);
    case 'secret-unreadable':
      throw secretUnreadable();
    default:
      return answer satisfies never;
  }
}

function codeRefused(proof: SecondFactorProof, request: Request): Problem {
  tellSecurity(request, 'factor.failed', {});
  return codeWrong(proof);
}

function codesThrottled(ms: number, request: Request): Problem {
  tellSecurity(request, 'factor.throttled', { waitS: waitSeconds(ms) });
  return mustWait(ms);
}

const ALSO_WRONG = 'was used before, or belongs to another time: wait for the next one, and check the clock of the authenticator';

/** Reveals that the password was right, so that a user who has both may try again with both. */
export function codeNeeded(): Problem {
  return problem('second-factor-required', {
    detail: 'The account has a second factor: send the same again with /oneTimeCode, or with /recoveryCode.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

export function signInCodeWrong(): Problem {
  return problem('second-factor-wrong', {
    detail: `The second factor was not proved: the code is wrong, ${ALSO_WRONG}.`,
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

/** Not 401: the access token is valid, and on 401 a client would fetch another one. */
function codeWrong({ recoveryCode }: SecondFactorProof): Problem {
  return recoveryCode === undefined
    ? invalid('/oneTimeCode', `is wrong, ${ALSO_WRONG}`)
    : invalid('/recoveryCode', 'is none of the recovery codes that are left');
}

export function secretUnreadable(): Problem {
  return problem('unavailable', {
    detail: 'Codes cannot be checked right now: use a recovery code, or try again in 60 s.',
    headers: { 'retry-after': '60' },
  });
}

function noFactor(): Problem {
  return problem('not-found', { detail: 'The account has no second factor: POST /users/me/second-factor begins to set one up.' });
}
