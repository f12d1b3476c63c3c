import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { EnvironmentError } from '../cli/errors.ts';
import type { Account } from './embedded/accounts.ts';
import type { ShopClient } from './shop-client.ts';

/**
 * Signs in as a shop's first admin. The set-up password gives no more than a customer's rights, so it is replaced by a random
 * one, which is written to disk before the change and kept in `keptIn`. Without `keptIn` a person has to change it.
 */
export async function adminToken(shop: ShopClient, { email, password }: Account, keptIn: string | undefined): Promise<string> {
  const first = await shop.signIn(email, password);
  if (first.passwordChangeRequired === undefined) return first.accessToken;
  if (keptIn === undefined) {
    throw new EnvironmentError(
      'the admin still has the password of the set-up, and no rights until it is changed',
      'PUT /users/me/password { currentPassword, newPassword } at user, then set SOUK_ADMIN_PASSWORD for this command to the new one',
    );
  }
  const own = randomBytes(24).toString('base64url');
  // If the process is killed between the change and the renaming, this file holds the right password.
  const next = `${keptIn}.next`;
  await writeFile(next, `${own}\n`, { mode: 0o600 });
  await shop.changePassword(first.accessToken, password, own);
  await rename(next, keptIn);
  return (await shop.signIn(email, own)).accessToken;
}

/**
 * Signs in as the customer of the stories; registers them first where they are new. Looks them up before that. A failed sign-in would be a security
 * event on the first page that a user sees of this shop, and registering an existing customer would count against the hourly limit for the next
 * starts, of which there may be many.
 */
export async function customerToken(shop: ShopClient, admin: string, { email, password }: Account): Promise<string> {
  const { items } = await shop.usersByEmail(admin, email);
  if (items.length === 0) await shop.register(email, password, 'Ada Lovelace');
  return (await shop.signIn(email, password)).accessToken;
}
