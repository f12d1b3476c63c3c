import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { normalisedEmail } from '@souk/contracts/email';
import { AskEmailChange, ConfirmEmail, MailAsked } from '@souk/contracts/http/mail-links';
import { linkSecretHash, readLinkToken } from '../tokens/opaque-tokens.ts';
import { askForConfirmation, askForEmailChange, confirmEmail, type MailsAsked } from '../usecases/confirm-email.ts';
import type { ProvePassword } from '../usecases/prove-identity.ts';
import type { UserCommands } from '../user-engine.ts';
import type { FromOf } from './from-of.ts';
import { accountGone, askedTooOften, linkRefused, mailNotConfigured, unproven } from './refused.ts';

interface EmailRouteDeps {
  readonly commands: UserCommands;
  readonly provePassword: ProvePassword;
  readonly sendsMail: boolean;
  readonly fromOf: FromOf;
}

/** Routes that confirm the e-mail address of an account, or replace it. */
export function emailRoutes({ commands, provePassword, sendsMail, fromOf }: EmailRouteDeps) {
  return router()
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
