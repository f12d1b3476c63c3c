import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/entity-tag';
import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { ChangePassword, DeleteAccount, DeletionReceipt, User as PublishedUser } from '@souk/contracts/http/user';
import { deletionReceipt, userRepresentation } from '../domain/representations.ts';
import { Type } from '@sinclair/typebox';
import type { changePassword } from '../usecases/replace-password.ts';
import { deleteUser } from '../usecases/account.ts';
import type { ProvePassword } from '../usecases/prove-identity.ts';
import type { UserCommands } from '../user-engine.ts';
import type { FromOf } from './from-of.ts';
import { withPasswordMin } from './password-length.ts';
import { lastAdmin, passwordRefused, passwordWrong, unproven } from './refused.ts';

interface AccountRouteDeps {
  readonly commands: UserCommands;
  readonly provePassword: ProvePassword;
  readonly changePassword: ReturnType<typeof changePassword>;
  readonly fromOf: FromOf;
  readonly passwordMin: number;
}

/** The Prefer header (RFC 7240). Any text: a preference that is not understood is ignored. */
const Preference = Type.Object({ prefer: Type.Optional(Type.String()) }, { additionalProperties: true });
const WANTS_RECEIPT = /(?:^|[,;\s])return\s*=\s*"?representation"?(?:$|[,;\s])/i;

/** Routes for which a signed-in user needs the password. */
export function accountRoutes({ commands, provePassword, changePassword: changing, fromOf, passwordMin }: AccountRouteDeps) {
  return router()
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
