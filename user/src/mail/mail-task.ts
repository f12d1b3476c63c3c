/** The task that says that mails wait. The delivery looks in the store for them. */
export const MAIL_WAITS = 'mail waits';
export type MailTask = typeof MAIL_WAITS;
