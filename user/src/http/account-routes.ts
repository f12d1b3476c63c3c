import { entityTag, obeyingIfMatch, requireIfMatch } from '@souk/chassis/web/app/conditional-requests';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, NotModified, router } from '@souk/chassis/web/app/router';
import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { ChangePassword, DeleteAccount, DeletionReceipt, RegisterUser, User as PublishedUser } from '@souk/contracts/http/user';
import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { deletionReceipt, userRepresentation } from '../domain/representations.ts';
import type { User } from '../domain/user.ts';
import type { UserCommands, UserReads } from '../storage/user-store.ts';
import { deleteUser, renameUser } from '../usecases/account.ts';
import type { ProvePassword } from '../usecases/prove-identity.ts';
import type { register } from '../usecases/register.ts';
import type { changePassword } from '../usecases/replace-password.ts';
import { accountGone, lastAdmin, passwordRefused, passwordWrong, unproven, waitSeconds, withPasswordMin } from './refused.ts';

interface AccountRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'user'>;
  readonly register: ReturnType<typeof register>;
  readonly provePassword: ProvePassword;
  readonly changePassword: ReturnType<typeof changePassword>;
  /** The client address that a request counts for; undefined: addresses are not counted. */
  fromOf(request: Request): string | undefined;
  readonly registrationsPerHour: number;
  readonly passwordMin: number;
}

/** JSON merge patch of a profile: absent fields stay. The name is required, so it cannot be removed. */
const PatchProfile = closed({ name: Type.Optional(RegisterUser.properties.name) });

/** The Prefer header (RFC 7240). Any text: a preference that is not understood is ignored. */
const Preference = Type.Object({ prefer: Type.Optional(Type.String()) }, { additionalProperties: true });
const WANTS_RECEIPT = /(?:^|[,;\s])return\s*=\s*"?representation"?(?:$|[,;\s])/i;

/** Routes of registration, which is open to everybody, and of the caller's own account. */
export function accountRoutes(deps: AccountRouteDeps) {
  const { commands, reads, register: registering, provePassword, changePassword: changing, fromOf, registrationsPerHour, passwordMin } = deps;
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
    })
    .put('/users/me/password', async ({ body, principal, request, set }) => {
      const answer = await changing(principal, body, fromOf(request), causeOf(request), obeyingIfMatch(request));
      if (answer.kind === 'wait' || answer.kind === 'wrong') throw unproven(request, answer, '/currentPassword');
      if (answer.kind === 'password-refused') throw passwordRefused('/newPassword', answer.fault);
      tellSecurity(request, 'password.changed', {});
      set.headers['etag'] = entityTag(answer.user.version);
      return userRepresentation(answer.user);
    }, {
      signedIn: true,
      refuses: ['password-common', 'too-many-requests', 'precondition-failed'],
      body: withPasswordMin(ChangePassword, 'newPassword', passwordMin),
      response: { 200: PublishedUser },
      detail: { summary: 'Change the password; all other sessions end, and their access tokens in all services within a second' },
    })
    .delete('/users/me', async ({ body, headers, principal: { userId }, request }) => {
      const proof = await provePassword(userId, body.password, fromOf(request), causeOf(request));
      if (proof.kind !== 'right') throw unproven(request, proof, '/password');
      const asked = { userId, passwordHash: proof.passwordHash, requireVersion: obeyingIfMatch(request) };
      const answer = await commands.execute(deleteUser, asked, causeOf(request));
      if (answer.kind === 'password-replaced') throw passwordWrong('/password');
      if (answer.kind === 'last-admin') throw lastAdmin();
      if (!WANTS_RECEIPT.test(headers.prefer ?? '')) return noContent();
      const applied = { 'preference-applied': 'return=representation' };
      return Response.json(deletionReceipt(userId, answer.at), { headers: applied });
    }, {
      signedIn: true,
      refuses: ['last-admin', 'too-many-requests', 'precondition-failed'],
      headers: Preference,
      body: DeleteAccount,
      response: { 200: DeletionReceipt, 204: NoContent },
      detail: {
        summary: 'Delete the own account and everything personal, here and in all services',
        description:
          'The account cannot sign in any more, and its access tokens are refused. Orders that are not completed are cancelled, and ' +
          'what was paid for them goes back. A completed order keeps the address that its delivery needs until its last parcel has ' +
          'arrived or it is cancelled, and is erased then by itself. `Prefer: return=representation` answers a receipt (200) ' +
          'that says what is still kept, why, and until when.',
      },
    });
}

function shown(user: User, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(user.version);
  return userRepresentation(user);
}

function emailTaken(): Problem {
  return fieldsRefused('email-taken', [{ pointer: '/email', detail: 'is registered already' }], 'sign in, or register another one');
}

/** One client address has registered as many accounts as it may within an hour. */
function tooManyRegistrations(ms: number, perHour: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `At most ${perHour} accounts an hour can be registered from one address: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}
