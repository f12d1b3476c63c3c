import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { normalisedEmail } from '@souk/contracts/email';
import { AskEmailChange, AskPasswordReset, ConfirmEmail, ConfirmPasswordReset, MailAsked } from '@souk/contracts/http/user';
import type { UserCommands } from '../storage/user-store.ts';
import { linkSecretHash, readLinkToken } from '../tokens/opaque-tokens.ts';
import { askForConfirmation, askForEmailChange, confirmEmail, type MailsAsked } from '../usecases/confirm-email.ts';
import type { ProvePassword } from '../usecases/prove-identity.ts';
import { askForReset, type confirmReset } from '../usecases/replace-password.ts';
import { accountGone, passwordRefused, unproven, withPasswordMin } from './refused.ts';

interface MailLinkRouteDeps {
  readonly commands: UserCommands;
  readonly confirmReset: ReturnType<typeof confirmReset>;
  readonly provePassword: ProvePassword;
  readonly sendsMail: boolean;
  /** The client address that a request counts for; undefined: addresses are not counted. */
  fromOf(request: Request): string | undefined;
  readonly passwordMin: number;
}

/** Routes with a link in a mail: it leads back into an account without its password, confirms its e-mail address, or replaces that. */
export function mailLinkRoutes({ commands, confirmReset: confirming, provePassword, sendsMail, fromOf, passwordMin }: MailLinkRouteDeps) {
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
    })
    .post('/users/me/email-confirmations', async ({ principal: { userId }, request, set }) => {
      if (!sendsMail) throw mailNotConfigured();
      accepted(await commands.execute(askForConfirmation, { userId }, causeOf(request)));
      set.status = 202;
      return { detail: 'A mail with a link is on its way to the address of the account, unless it is confirmed already. The link is good for 24 hours.' };
    }, {
      signedIn: true,
      refuses: ['not-found', 'too-many-requests', 'mail-not-configured'],
      response: { 202: MailAsked },
      detail: { summary: 'Ask once more for the mail that confirms the address of the account' },
    })
    .post('/users/me/email-changes', async ({ body, principal: { userId }, request, set }) => {
      if (!sendsMail) throw mailNotConfigured();
      const proof = await provePassword(userId, body.password, fromOf(request), causeOf(request));
      if (proof.kind !== 'right') throw unproven(request, proof, '/password');
      const asked = { userId, email: normalisedEmail(body.email), passwordHash: proof.passwordHash };
      accepted(await commands.execute(askForEmailChange, asked, causeOf(request)));
      set.status = 202;
      return { detail: 'If no account has this address, a mail with a link is on its way to it. The link is good for 24 hours; until it is used nothing changes.' };
    }, {
      signedIn: true,
      refuses: ['not-found', 'too-many-requests', 'mail-not-configured'],
      body: AskEmailChange,
      response: { 202: MailAsked },
      detail: {
        summary: 'Ask for another e-mail address, with the password',
        description: 'A link goes to the new address, and news of it to the old one. The answer is the same whether an account has the new one.',
      },
    })
    .post('/email-confirmations', async ({ body, request }) => {
      const token = readLinkToken(body.token);
      if (token === undefined) throw linkRefused();
      const { userId, secret } = token;
      const answer = await commands.execute(confirmEmail, { userId, secretHash: linkSecretHash(secret) }, causeOf(request));
      if (answer.kind === 'link-refused') throw linkRefused();
      if (answer.kind === 'changed') tellSecurity(request, 'email.changed', { account: userId });
      return noContent();
    }, {
      refuses: ['link-invalid'],
      body: ConfirmEmail,
      response: { 204: NoContent },
      detail: {
        summary: 'Confirm an e-mail address by the link of a mail',
        description:
          'Of the address of the account it says `emailConfirmed` from then on. A new address takes the place of the old one, for signing in too, and the old one is told; ' +
          'if another account has got it meanwhile, the link is as good as spent. Sessions go on.',
      },
    });
}

function accepted(answer: MailsAsked): void {
  if (answer.kind === 'wait') throw askedTooOften(answer.ms);
  if (answer.kind === 'user-unknown') throw accountGone();
}

/** Too many requests for mail, judged by their number and origin; it does not depend on whose mail it is. */
function askedTooOften(ms: number): Problem {
  const seconds = Math.ceil(ms / 1000);
  return problem('too-many-requests', {
    detail: `Too many mails were requested from here: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}

/** The same answer for a link that is wrong, spent or too old: nobody learns which of them it is. */
function linkRefused(): Problem {
  return problem('link-invalid', { detail: 'This link was used, has expired, or never existed: ask for another mail.' });
}

/** Seconds in Retry-After: mail has to be configured first, so a client need not come back soon. */
const WITHOUT_MAIL_S = 3600;

function mailNotConfigured(): Problem {
  return problem('mail-not-configured', {
    detail: 'This shop sends no mail, so it cannot send a link: ask its staff.',
    headers: { 'retry-after': String(WITHOUT_MAIL_S) },
  });
}
