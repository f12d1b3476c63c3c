import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import type { Account } from './embedded/accounts.ts';
import { EnvironmentError } from '../cli/errors.ts';
import type { ShopClient } from './shop-client.ts';

/**
 * Signs in as a shop's first admin. The password that such a shop was set up with gives no more than a customer's rights:
 * it is changed to a random one then, which lies in `keptIn` from before it is needed. Without such a file a person does it.
 */
export async function adminToken(shop: ShopClient, { email, password }: Account, keptIn: string | undefined): Promise<string> {
  const first = await shop.signIn(email, password);
  if (first.passwordChangeRequired === undefined) return first.accessToken;
  if (keptIn === undefined) {
    throw new EnvironmentError(
      'the admin has the password of the set-up still, and no rights until it is changed',
      'PUT /users/me/password { currentPassword, newPassword } at user, then set SOUK_ADMIN_PASSWORD for this command to the new one',
    );
  }
  const own = randomBytes(24).toString('base64url');
  // A kill between the change and the new name leaves the right password in this file.
  const next = `${keptIn}.next`;
  await writeFile(next, `${own}\n`, { mode: 0o600 });
  await shop.changePassword(first.accessToken, password, own);
  await rename(next, keptIn);
  return (await shop.signIn(email, own)).accessToken;
}
