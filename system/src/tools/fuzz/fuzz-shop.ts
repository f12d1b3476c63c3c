import { type Accounts, newAccounts } from '../../shop/embedded/accounts.ts';
import { embeddedShop } from '../../shop/embedded/embedded-shop.ts';
import type { StartableShop } from '../../shop/start/open-shop.ts';
import { seedShop } from '../../shop/seed-shop.ts';
import { type ServiceUrls, shopClient } from '../../shop/shop-client.ts';
import { playStory, STORIES } from '../../shop/stories.ts';
import { WITHOUT_LIMITS } from '../../shop/limit-settings.ts';

type FuzzRole = 'customer' | 'admin';

export interface FuzzShop {
  readonly urls: ServiceUrls;
  signIn(role: FuzzRole): Promise<string>;
  stop(): Promise<void>;
}

const SETTINGS = {
  ...WITHOUT_LIMITS,
  /** The longest lifetime allowed, longer than any run. */
  ACCESS_TOKEN_LIFETIME_S: '900',
  /** A stream lasts until its order has ended, which must come before its reader's time-out. */
  ORDER_PAYMENT_TIMEOUT_S: '2',
  ORDER_PAYMENT_LIMIT_S: '2',
};

type FuzzEngines = 'embedded' | 'real';

/** Starts a shop with goods, and with orders of its customer that have ended well and badly. */
export async function startFuzzShop(engines: FuzzEngines, folder: string, note: (line: string) => void): Promise<FuzzShop> {
  const accounts = newAccounts();
  const { customer } = accounts;
  const shop = await emptyShop(engines, accounts, folder, note);
  await shop.start();
  try {
    const client = shopClient(shop.urls());
    const signIn = async (role: FuzzRole) =>
      (await client.signIn(accounts[role].email, accounts[role].password)).accessToken;
    await client.register(customer.email, customer.password, 'Ada');
    await seedShop(client, await signIn('admin'));
    const token = await signIn('customer');
    for (const story of STORIES) await playStory(client, token, story, () => undefined);
    return { urls: shop.urls(), signIn, stop: () => shop.stop() };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

async function emptyShop(engines: FuzzEngines, accounts: Accounts, folder: string, note: (line: string) => void): Promise<StartableShop> {
  const common = { firstPort: 0, logLevel: 'fatal' } as const;
  if (engines === 'embedded') return embeddedShop({ ...common, admin: accounts.admin, folder, env: { ...process.env, ...SETTINGS } });
  // Imported here so that the embedded shop loads neither the drivers nor the test containers.
  const { throwAwayShop } = await import('../../shop/real/throw-away-shop.ts');
  return throwAwayShop({ ...common, accounts, program: 'source', env: SETTINGS, note });
}
