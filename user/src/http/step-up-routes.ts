import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { problem } from '@souk/chassis/web/problems/problem';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { requireFreshSecondFactor } from '@souk/chassis/web/sign-in/second-factor';
import { GivenAccess } from '@souk/contracts/http/session';
import { SecondFactorProof } from '@souk/contracts/http/second-factor';
import { Uuid } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import type { SessionTokensGiven } from '../tokens/access-tokens.ts';
import type { ProveFactor } from '../usecases/prove-identity.ts';
import { resetFactor } from '../usecases/administer-users.ts';
import { stepUp } from '../usecases/second-factor.ts';
import type { UserCommands } from '../user-engine.ts';
import { noLongerAdmin, noSuchUser } from './refused.ts';
import { exactlyOne } from './second-factor-proof.ts';
import { codeRefused, given } from './second-factor-routes.ts';

interface StepUpRouteDeps {
  readonly commands: UserCommands;
  readonly proveFactor: ProveFactor;
  readonly tokens: SessionTokensGiven;
  /** seconds for which a shown code counts as fresh; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

/** Routes to show a code within a running session, and to remove a factor that its owner has lost. */
export function stepUpRoutes({ commands, proveFactor, tokens, freshSecondFactorS }: StepUpRouteDeps) {
  return router()
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
    })
    .delete('/users/:id/second-factor', async ({ params, principal, request }) => {
      requireFreshSecondFactor(principal, freshSecondFactorS);
      const answer = await commands.execute(resetFactor, { userId: params.id, actor: principal.userId }, causeOf(request));
      if (answer === 'not-admin') throw noLongerAdmin();
      if (answer === 'user-unknown') throw noSuchUser();
      if (answer === 'oneself') throw problem('conflict', { detail: 'Another admin can do this. Your own: DELETE /users/me/second-factor, with the password and a code.' });
      if (answer === 'none') throw problem('not-found', { detail: 'The account has no second factor, so there is none to remove.' });
      tellSecurity(request, 'factor.removed', { account: params.id, actor: principal.userId });
      return noContent();
    }, {
      role: 'admin',
      refuses: ['conflict', 'second-factor-stale'],
      params: Type.Object({ id: Uuid }),
      response: { 204: NoContent },
      detail: { summary: "Remove a user's second factor, when its owner has lost it; all sessions of the user end, everywhere within a second" },
    });
}
