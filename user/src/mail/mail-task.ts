/** There is something to be sent. Whoever delivers looks in the store for what. */
export const MAIL_WAITS = 'mail waits';
export type MailTask = typeof MAIL_WAITS;
