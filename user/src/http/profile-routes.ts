import { entityTag, requireIfMatch } from '@souk/chassis/web/app/entity-tag';
import { NotModified } from '@souk/chassis/web/bodies/no-body';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { RegisterUser, User as PublishedUser } from '@souk/contracts/http/user';
import { userRepresentation } from '../domain/representations.ts';
import type { User } from '../domain/user.ts';
import type { UserReads } from '../storage/user-store.ts';
import { renameUser } from '../usecases/account.ts';
import type { register } from '../usecases/register.ts';
import type { UserCommands } from '../user-engine.ts';
import type { FromOf } from './from-of.ts';
import { withPasswordMin } from './password-length.ts';
import { PatchProfile } from './patch-profile.ts';
import { accountGone, emailTaken, passwordRefused, tooManyRegistrations, waitSeconds } from './refused.ts';

interface ProfileRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'user'>;
  readonly register: ReturnType<typeof register>;
  readonly fromOf: FromOf;
  readonly registrationsPerHour: number;
  readonly passwordMin: number;
}

/** Routes of registration, which is open to everybody, and of the caller's own profile. */
export function profileRoutes({ commands, reads, register: registering, fromOf, registrationsPerHour, passwordMin }: ProfileRouteDeps) {
  return router()
    .post('/users', async ({ body, request, set }) => {
      const registration = await registering(body, fromOf(request), causeOf(request));
      if (registration.kind === 'wait') {
        tellSecurity(request, 'registration.throttled', { waitS: waitSeconds(registration.ms) });
        throw tooManyRegistrations(registration.ms, registrationsPerHour);
      }
      if (registration.kind === 'password-refused') throw passwordRefused('/password', registration.fault);
      if (registration.kind === 'email-taken') throw emailTaken();
      set.status = 201;
      set.headers['location'] = '/users/me';
      set.headers['cache-control'] = 'no-store';
      return shown(registration.user, set.headers);
    }, {
      refuses: ['email-taken', 'password-common', 'too-many-requests'],
      body: withPasswordMin(RegisterUser, 'password', passwordMin),
      response: { 201: PublishedUser },
      detail: { summary: 'Register', description: 'One address may do it so many times an hour: 20, unless the shop sets something else.' },
    })
    .get('/users/me', async ({ principal, set }) => {
      const user = await reads.user(principal.userId);
      if (user === undefined) throw accountGone();
      return shown(user, set.headers);
    }, {
      signedIn: true,
      refuses: ['not-found'],
      response: { 200: PublishedUser, 304: NotModified },
      detail: { summary: "The caller's own profile" },
    })
    .patch('/users/me', async ({ body: { name }, principal, request, set }) => {
      const requireVersion = (version: number) => requireIfMatch(request, version);
      const asked = { userId: principal.userId, name, requireVersion };
      const user = await commands.execute(renameUser, asked, causeOf(request));
      if (user === undefined) throw accountGone();
      return shown(user, set.headers);
    }, {
      signedIn: true,
      refuses: ['not-found', 'precondition-required', 'precondition-failed'],
      body: PatchProfile,
      response: { 200: PublishedUser },
      detail: { summary: "Change the caller's own profile (JSON merge patch)" },
    });
}

function shown(user: User, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(user.version);
  return userRepresentation(user);
}
