import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/entity-tag';
import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { invalid, problem } from '@souk/chassis/web/problems/problem';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { requireFreshSecondFactor } from '@souk/chassis/web/sign-in/second-factor';
import { ReplaceStatus, User as PublishedUser } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import { userRepresentation } from '../domain/representations.ts';
import { endSessionsOf, replaceStatus } from '../usecases/administer-users.ts';
import type { UserCommands } from '../user-engine.ts';
import { noLongerAdmin, noSuchUser } from './refused.ts';

interface StatusRouteDeps {
  readonly commands: UserCommands;
  /** seconds for which a shown code counts as fresh; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

const ById = Type.Object({ id: Uuid });

/** Routes by which admins lock out a user whose account is in wrong hands, or who shall not have one any more. */
export function accountStatusRoutes({ commands, freshSecondFactorS }: StatusRouteDeps) {
  return router()
    .put('/users/:id/status', async ({ body: { status, reason }, params, principal, request, set }) => {
      requireFreshSecondFactor(principal, freshSecondFactorS);
      if (status === 'disabled' && reason === undefined) throw invalid('/reason', 'must say why the account is disabled');
      if (status === 'active' && reason !== undefined) throw invalid('/reason', 'must be left out when the account works again');
      const asked = { userId: params.id, reason: reason ?? null, actor: principal.userId, requireVersion: obeyingIfMatch(request) };
      const answer = await commands.execute(replaceStatus, asked, causeOf(request));
      if (answer.kind === 'not-admin') throw noLongerAdmin();
      if (answer.kind === 'user-unknown') throw noSuchUser();
      if (answer.kind === 'oneself') throw problem('conflict', { detail: 'You cannot disable your own account: another admin can.' });
      const { user, isChanged } = answer;
      if (isChanged) {
        tellSecurity(request, user.disabled === null ? 'account.enabled' : 'account.disabled', { account: user.id, actor: principal.userId });
      }
      set.headers['etag'] = entityTag(user.version);
      return userRepresentation(user);
    }, {
      role: 'admin',
      refuses: ['conflict', 'precondition-failed', 'second-factor-stale'],
      params: ById,
      body: ReplaceStatus,
      response: { 200: PublishedUser },
      detail: {
        summary: 'Disable an account, or let it work again',
        description:
          'Who is disabled cannot sign in, refresh or reset the password; all sessions end, and all access tokens in all services within a second. ' +
          'Nothing is deleted, and orders go on. A reason is needed, and shown to admins.',
      },
    })
    .delete('/users/:id/sessions', async ({ params, principal, request }) => {
      const answer = await commands.execute(endSessionsOf, { userId: params.id, actor: principal.userId }, causeOf(request));
      if (answer.kind === 'not-admin') throw noLongerAdmin();
      if (answer.kind === 'user-unknown') throw noSuchUser();
      tellSecurity(request, 'sessions.ended_by_admin', { account: params.id, actor: principal.userId });
      return noContent();
    }, {
      role: 'admin',
      params: ById,
      response: { 204: NoContent },
      detail: { summary: "End all of a person's sessions; all services refuse older access tokens within a second" },
    });
}
