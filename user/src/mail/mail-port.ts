/** A mail as it goes out: plain text, one recipient. */
export interface OutgoingMail {
  /** Names the mail in logs and files, where the recipient must not appear. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A taker of outgoing mails: an SMTP server or a folder. */
export interface MailPort {
  /** Resolves when the mail was accepted. Throws `MailError`; after a time-out the mail may have been accepted all the same. */
  send(mail: OutgoingMail): Promise<void>;
  /** Closes the port; mails in progress may finish. */
  close(): void;
}

/** A mail was not accepted. `why` consists of codes only: a server's text may quote the recipient. */
export class MailError extends Error {
  readonly code = 'mail-not-taken';
  constructor(
    readonly why: string,
    /** True when the recipient was refused for good. */
    readonly isFinal: boolean,
  ) {
    super(`the mail was not accepted: ${why}`);
    this.name = 'MailError';
  }
}
