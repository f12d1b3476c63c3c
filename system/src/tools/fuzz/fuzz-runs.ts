import { join } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import type { FuzzTarget } from './schemathesis.ts';
import type { FuzzShop } from './fuzz-shop.ts';

export interface FuzzRun {
  readonly name: string;
  /** Called when the run begins: tokens live for minutes, and all runs together may take longer. */
  target(): Promise<FuzzTarget>;
}

/** Operations that end the caller's session or account: all that follows would be a test of 401. */
const ENDS_THE_CALLER = '^(DELETE /sessions|DELETE /sessions/\\{id\\}|DELETE /users/me|PUT /users/me/password)$';
const THROW_AWAY_USER = join(import.meta.dir, 'throw-away-user.py');

/**
 * Runs every operation as a customer and as an admin; operations that end their caller run with throw-away users. User as an
 * admin comes last: it may take the admin's role away, which holds from the next token on.
 */
export function fuzzRuns(shop: FuzzShop): readonly FuzzRun[] {
  const runs = SERVICES.flatMap((service) =>
    (['customer', 'admin'] as const).map((role) => ({
      name: `${service} as ${role}`,
      target: async () => {
        const header = `Authorization: Bearer ${await shop.signIn(role)}`;
        return { url: shop.urls[service], options: ['--header', header, '--exclude-name-regex', ENDS_THE_CALLER], env: {} };
      },
    })),
  );
  const thrownAway = {
    name: 'user as somebody who is thrown away',
    target: async () => ({
      url: shop.urls.user,
      options: ['--include-name-regex', ENDS_THE_CALLER],
      env: { SCHEMATHESIS_HOOKS: THROW_AWAY_USER, SOUK_FUZZ_URL: shop.urls.user },
    }),
  };
  return [...runs.slice(0, -1), thrownAway, ...runs.slice(-1)];
}
