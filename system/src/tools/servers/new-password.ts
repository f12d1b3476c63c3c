import { randomBytes } from 'node:crypto';

/** Password for throw-away servers; only letters and digits, so that it needs no quoting in URLs and SQL. */
export const newPassword = (): string => randomBytes(16).toString('hex');
