import { randomBytes } from 'node:crypto';

/** For throw-away servers; letters and digits only, so that it needs no quoting in URLs and SQL. */
export const newPassword = (): string => randomBytes(16).toString('hex');
