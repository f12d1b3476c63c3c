import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import {
  ConfirmSecondFactor,
  EnrolSecondFactor,
  RecoveryCodes,
  RemoveSecondFactor,
  SecondFactorEnrolment,
  type SecondFactorProof,
  SecondFactorState,
} from '@souk/contracts/http/second-factor';
import { isoTime, factorRepresentation } from '../domain/representations.ts';
import type { UserReads } from '../storage/user-store.ts';
import { newRecoveryCodes } from '../second-factor/codes.ts';
import { type confirmEnrolment, type Enrol, removeFactor, replaceRecoveryCodes } from '../usecases/second-factor.ts';
import type { ProveFactor, ProvePassword, Shown, ShownFactor } from '../usecases/prove-identity.ts';
import type { UserCommands } from '../user-engine.ts';
import type { FromOf } from './from-of.ts';
import { accountGone, codeWrong, mustWait, noFactor, passwordWrong, unproven, secretUnreadable, waitSeconds } from './refused.ts';
import { exactlyOne } from './second-factor-proof.ts';

interface SecondFactorRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly enrol: Enrol;
  readonly confirm: ReturnType<typeof confirmEnrolment>;
  readonly provePassword: ProvePassword;
  readonly proveFactor: ProveFactor;
  readonly fromOf: FromOf;
}

/** Routes of the caller's own second factor. They take no Idempotency-Key, so none of their answers is stored. */
export function secondFactorRoutes({ commands, reads, enrol, confirm, provePassword, proveFactor, fromOf }: SecondFactorRouteDeps) {
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
      if (answer.kind === 'active-already') throw problem('conflict', { detail: 'The account has a second factor: DELETE it before you begin with another one.' });
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
      if (answer.kind === 'none-pending') throw problem('conflict', { detail: 'No secret waits for its first code, or not any more: POST /users/me/second-factor gives one.' });
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
    });
}

/** The proof that was shown; throws the problem when it is not good enough. */
export function given(answer: ShownFactor, proof: SecondFactorProof, request: Request): Shown {
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

export function codeRefused(proof: SecondFactorProof, request: Request): Problem {
  tellSecurity(request, 'factor.failed', {});
  return codeWrong(proof);
}

function codesThrottled(ms: number, request: Request): Problem {
  tellSecurity(request, 'factor.throttled', { waitS: waitSeconds(ms) });
  return mustWait(ms);
}
