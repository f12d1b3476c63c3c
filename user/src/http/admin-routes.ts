import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/entity-tag';
import { idPages } from '@souk/chassis/web/paging/id-pages';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { requireFreshSecondFactor } from '@souk/chassis/web/sign-in/second-factor';
import { normalisedEmail } from '@souk/contracts/email';
import { ReplaceRoles, User as PublishedUser, UserListQuery, UserPage } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import { userRepresentation } from '../domain/representations.ts';
import type { UserReads } from '../storage/user-store.ts';
import { replaceRoles, type RolesAnswer } from '../usecases/administer-users.ts';
import type { UserCommands } from '../user-engine.ts';
import { lastAdmin, noLongerAdmin, noSuchUser } from './refused.ts';

interface AdminRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'users'>;
  /** seconds for which a shown code counts as fresh; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

const users = idPages('users');

/** Routes by which admins list users and set their roles. */
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
      params: Type.Object({ id: Uuid }),
      body: ReplaceRoles,
      response: { 200: PublishedUser },
      detail: { summary: "Replace a user's roles; everybody stays customer. Who loses one needs a new access token: older ones are refused everywhere within a second" },
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
