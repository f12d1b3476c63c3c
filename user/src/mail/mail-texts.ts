import type { MailKind } from '../domain/mail-and-links.ts';

interface MailTerms {
  /** of the shop */
  readonly shopName: string;
  /** Base of the shop's pages that links lead to; undefined: there are none, and the mail says how to use the link without. */
  readonly shopUrl: string | undefined;
  /** URL of the service User, for mails without shop pages. */
  ownUrl(): string;
}

interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** Texts of mails. They contain no user's name: somebody who registers a stranger's address could put any text there. */
export function mailTexts({ shopName, shopUrl, ownUrl }: MailTerms) {
  /** The token comes after `#`, so no server's log and no Referer has it. */
  const use = (page: string, path: string, token: string, more: Readonly<Record<string, string>> = {}) =>
    shopUrl === undefined
      ? `curl -s ${ownUrl()}${path} -H 'content-type: application/json' -d '${JSON.stringify({ token, ...more })}'`
      : `${shopUrl.replace(/\/$/, '')}/${page}#token=${token}`;

  return (kind: MailKind, token: string): MailText => {
    switch (kind) {
      case 'reset-password':
        return {
          subject: `${shopName}: choose a new password`,
          text: paragraphs(
            `Somebody, probably you, has asked for a new password for your account at ${shopName}. Choose one here within 15 minutes:`,
            use('reset-password', '/password-resets/confirmation', token, { newPassword: 'a new password of yours' }),
            'It works once. If you have not asked for it, you need not do anything: your password stays as it is.',
          ),
        };
      case 'password-changed':
        return {
          subject: `${shopName}: your password was changed`,
          text: paragraphs(
            `The password of your account at ${shopName} was changed, and you were signed out everywhere else.`,
            'If this was not you, ask for a new password at once: whoever did it may know what is in your mailbox.',
          ),
        };
      case 'confirm-email':
        return {
          subject: `${shopName}: is this your e-mail address?`,
          text: paragraphs(
            `Somebody, probably you, has registered this address at ${shopName}. Confirm that it is yours here within 24 hours:`,
            use('confirm-email', '/email-confirmations', token),
            'If you have not registered there, you need not do anything.',
          ),
        };
      case 'change-email':
        return {
          subject: `${shopName}: your new e-mail address`,
          text: paragraphs(
            `Somebody, probably you, wants to use this address for an account at ${shopName} from now on. Confirm it here within 24 hours:`,
            use('confirm-email', '/email-confirmations', token),
            'If you do not want that, you need not do anything.',
          ),
        };
      case 'email-change-asked':
        return {
          subject: `${shopName}: another e-mail address was asked for`,
          text: paragraphs(
            `Somebody who knows the password of your account at ${shopName} wants to use another e-mail address for it. It changes when that address is confirmed.`,
            'If this was not you, change your password at once: links that were sent are then no longer valid.',
          ),
        };
      case 'email-changed':
        return {
          subject: `${shopName}: your e-mail address was changed`,
          text: paragraphs(
            `Your account at ${shopName} has another e-mail address from now on, and this one is not used any more.`,
            `If this was not you, tell ${shopName} at once.`,
          ),
        };
      default:
        return kind satisfies never;
    }
  };
}

export type MailTexts = ReturnType<typeof mailTexts>;

function paragraphs(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
