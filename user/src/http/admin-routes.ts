import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/conditional-requests';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { idPages } from '@souk/chassis/web/paging';
import { invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { requireFreshSecondFactor } from '@souk/chassis/web/sign-in/principal';
import { normalisedEmail } from '@souk/contracts/email';
import { ReplaceRoles, ReplaceStatus, User as PublishedUser, UserListQuery, UserPage } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { userRepresentation } from '../domain/representations.ts';
import type { UserCommands, UserReads } from '../storage/user-store.ts';
import { endSessionsOf, replaceRoles, replaceStatus, resetFactor, type RolesAnswer } from '../usecases/administer-users.ts';
import { lastAdmin, noLongerAdmin } from './refused.ts';

interface AdminRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'users'>;
  /** seconds for which a shown code counts as fresh; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

const users = idPages('users');
const ById = Type.Object({ id: Uuid });

/**
 * Routes by which admins list users, set their roles, lock out one whose account is in wrong hands or who shall not have one any
 * more, and remove a second factor that its owner has lost.
 */
export function adminRoutes({ commands, reads, freshSecondFactorS }: AdminRouteDeps) {
  return router()
    .get('/users', ({ query: { email, role, ...asked } }) => {
      const filter = { email: email && normalisedEmail(email), role };
      return users(asked, userRepresentation, (slice) => reads.users(slice, filter));
    }, {
      role: 'admin',
      query: UserListQuery,
      response: { 200: UserPage },
      detail: { summary: 'All users, or those with an address or a role; newest first' },
    })
    .put('/users/:id/roles', async ({ body: { roles }, params, principal, request, set }) => {
      requireFreshSecondFactor(principal, freshSecondFactorS);
      const asked = { userId: params.id, roles, actor: principal.userId, requireVersion: obeyingIfMatch(request) };
      const { user, from } = accepted(await commands.execute(replaceRoles, asked, causeOf(request)));
      if (from.join() !== user.roles.join()) tellSecurity(request, 'role.changed', { account: user.id, actor: principal.userId, from, to: user.roles });
      set.headers['etag'] = entityTag(user.version);
      return userRepresentation(user);
    }, {
      role: 'admin',
      refuses: ['last-admin', 'precondition-failed', 'second-factor-stale'],
      params: ById,
      body: ReplaceRoles,
      response: { 200: PublishedUser },
      detail: { summary: "Replace a user's roles; everybody stays customer. Who loses one needs a new access token: older ones are refused everywhere within a second" },
    })
    .put('/users/:id/status', async ({ body: { status, reason }, params, principal, request, set }) => {
      requireFreshSecondFactor(principal, freshSecondFactorS);
      if (status === 'disabled' && reason === undefined) throw invalid('/reason', 'must say why the account is disabled');
      if (status === 'active' && reason !== undefined) throw invalid('/reason', 'must be left out when the account is enabled');
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
      params: ById,
      response: { 204: NoContent },
      detail: { summary: "Remove a user's second factor, when its owner has lost it; all sessions of the user end, everywhere within a second" },
    });
}

function accepted(answer: RolesAnswer): Extract<RolesAnswer, { kind: 'done' }> {
  switch (answer.kind) {
    case 'done':
      return answer;
    case 'not-admin':
      throw noLongerAdmin();
    case 'user-unknown':
      throw noSuchUser();
    case 'last-admin':
      throw lastAdmin();
    default:
      return answer satisfies never;
  }
}

function noSuchUser(): Problem {
  return problem('not-found', { detail: 'There is no such user: GET /users lists all users.' });
}
