import type { MailKind } from '../domain/mail.ts';

interface MailTerms {
  /** of the shop */
  readonly shopName: string;
  /** The page of the shop that a link leads to; undefined: there are no pages, and the mail says how to use it without. */
  readonly shopUrl: string | undefined;
  /** User's own address, for that. */
  ownUrl(): string;
}

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** Words of mails. No name stands in them: whoever registers a stranger's address could write what they like there. */
export function mailTexts({ shopName, shopUrl, ownUrl }: MailTerms) {
  /** The token stands behind `#`, so no server's log and no Referer has it. */
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
      default:
        return kind satisfies never;
    }
  };
}

export type MailTexts = ReturnType<typeof mailTexts>;

function paragraphs(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
