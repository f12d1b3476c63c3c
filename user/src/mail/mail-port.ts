/** A mail as it goes out: plain text, one recipient. */
export interface OutgoingMail {
  /** Names the mail in logs and files, where the recipient must not stand. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A taker of our mails: an SMTP server or a folder. */
export interface MailPort {
  /** Resolves when the mail was taken. Throws `MailError`; a mail that was not taken in time may have been all the same. */
  send(mail: OutgoingMail): Promise<void>;
  /** Mails under way may end. */
  close(): void;
}

/** It was not taken. Says why in codes alone: a server's words may quote the recipient. */
export class MailError extends Error {
  readonly code = 'mail-not-taken';
  constructor(
    readonly why: string,
    /** The recipient was refused for good. */
    readonly isFinal: boolean,
  ) {
    super(`the mail was not taken: ${why}`);
    this.name = 'MailError';
  }
}
