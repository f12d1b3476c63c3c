import { entityTag } from '@souk/chassis/http/entity-tag';
import { NoContent, noContent } from '@souk/chassis/http/no-body';
import { causeOf } from '@souk/chassis/http/request-facts';
import { router } from '@souk/chassis/http/router';
import type { Microservice } from '@souk/chassis/microservice';
import { ChangePassword, DeleteAccount, User as PublishedUser } from '@souk/contracts/http/user';
import { publishedUser } from '../domain/published.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { changePassword } from '../usecases/change-password.ts';
import { deleteUser } from '../usecases/delete-user.ts';
import type { ProvePassword } from '../usecases/prove-password.ts';
import { lastAdmin, mustWait, passwordRefused, passwordWrong } from './refused.ts';

interface AccountRouteDeps {
  readonly commands: Pick<Microservice<UserCollections>, 'execute'>;
  readonly provePassword: ProvePassword;
  readonly changePassword: ReturnType<typeof changePassword>;
}

/** What somebody who is signed in can do only with the password. */
export function accountRoutes({ commands, provePassword, changePassword: changing }: AccountRouteDeps) {
  return router()
    .put('/users/me/password', async ({ body, principal, request, set }) => {
      const answer = await changing(principal, body, causeOf(request));
      if (answer.kind === 'wait') throw mustWait(answer.ms);
      if (answer.kind === 'wrong') throw passwordWrong('/currentPassword');
      if (answer.kind === 'password-refused') throw passwordRefused('/newPassword', answer.fault);
      set.headers['etag'] = entityTag(answer.user.version);
      return publishedUser(answer.user);
    }, {
      signedIn: true,
      refuses: ['password-common', 'too-many-requests'],
      body: ChangePassword,
      response: { 200: PublishedUser },
      detail: { summary: 'Change the password; all other sessions end, and their access tokens in all services within a second' },
    })
    .delete('/users/me', async ({ body, principal: { userId }, request }) => {
      const proof = await provePassword(userId, body.password, causeOf(request));
      if (proof.kind === 'wait') throw mustWait(proof.ms);
      if (proof.kind === 'wrong') throw passwordWrong('/password');
      const { passwordHash } = proof;
      const answer = await commands.execute(deleteUser, { userId, passwordHash }, causeOf(request));
      if (answer.kind === 'password-replaced') throw passwordWrong('/password');
      if (answer.kind === 'last-admin') throw lastAdmin();
      return noContent();
    }, {
      signedIn: true,
      refuses: ['last-admin', 'too-many-requests'],
      body: DeleteAccount,
      response: { 204: NoContent },
      detail: { summary: 'Delete the own account and everything personal, here and in all services' },
    });
}
