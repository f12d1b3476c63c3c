import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { normalisedEmail } from '@souk/contracts/email';
import { AskPasswordReset, ConfirmPasswordReset, MailAsked } from '@souk/contracts/http/mail-links';
import { askForReset, type confirmReset } from '../usecases/replace-password.ts';
import type { UserCommands } from '../user-engine.ts';
import type { FromOf } from './from-of.ts';
import { withPasswordMin } from './password-length.ts';
import { askedTooOften, linkRefused, mailNotConfigured, passwordRefused } from './refused.ts';

interface ResetRouteDeps {
  readonly commands: UserCommands;
  readonly confirmReset: ReturnType<typeof confirmReset>;
  readonly sendsMail: boolean;
  readonly fromOf: FromOf;
  readonly passwordMin: number;
}

/** Routes that lead back into an account without its password. */
export function passwordResetRoutes({ commands, confirmReset: confirming, sendsMail, fromOf, passwordMin }: ResetRouteDeps) {
  return router()
    .post('/password-resets', async ({ body, request, set }) => {
      if (!sendsMail) throw mailNotConfigured();
      const email = normalisedEmail(body.email);
      tellSecurity(request, 'password.reset_asked', { account: email });
      const answer = await commands.execute(askForReset, { email, clientAddress: fromOf(request) }, causeOf(request));
      if (answer.kind === 'wait') throw askedTooOften(answer.ms);
      set.status = 202;
      return { detail: 'If an account has this address, a mail with a link is on its way to it. The link is good for 15 minutes.' };
    }, {
      refuses: ['too-many-requests', 'mail-not-configured'],
      body: AskPasswordReset,
      response: { 202: MailAsked },
      detail: {
        summary: 'Ask for a mail with a link to choose a new password',
        description: 'The answer is the same whether an account has the address. Of three mails in an hour a fourth one is not sent.',
      },
    })
    .post('/password-resets/confirmation', async ({ body, request }) => {
      const answer = await confirming(body, fromOf(request), causeOf(request));
      if (answer.kind === 'link-refused') throw linkRefused();
      if (answer.kind === 'password-refused') throw passwordRefused('/newPassword', answer.fault);
      tellSecurity(request, 'password.reset', { account: answer.userId });
      return noContent();
    }, {
      refuses: ['link-invalid', 'password-common'],
      body: withPasswordMin(ConfirmPasswordReset, 'newPassword', passwordMin),
      response: { 204: NoContent },
      detail: {
        summary: 'Choose a new password by the link of a mail',
        description:
          'The link works once, for 15 minutes. All sessions of the account end, and all of its access tokens in all services within ' +
          'a second; other links like it are good no more, and a mail says that the password was changed. A password that is refused spends no link.',
      },
    });
}
