import { parseArgs } from 'node:util';
import { SERVICES } from '@souk/contracts/services';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { EnvironmentError, EXIT } from '../cli/exit-code.ts';
import { newAccounts } from '../embedded/accounts.ts';
import { embeddedShop } from '../embedded/embedded-shop.ts';
import { seedShop } from '../shop/seed-shop.ts';
import { shopClient } from '../shop/shop-client.ts';
import { fuzzService } from './fuzz-service.ts';
import { installSchemathesis } from './install-schemathesis.ts';

/** `npm run fuzz`: each service against its own OpenAPI document, as a customer and as an admin, on an embedded shop. */
const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [examples, limitS, seed] = [Number(values.examples), Number(values.seconds), Number(values.seed)];
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Tokens live for minutes, runs may not: one is made for each run. */
async function fuzzShop(program: string, folder: string): Promise<readonly string[]> {
  const { admin, customer } = newAccounts();
  const env = { ...process.env, RATE_LIMIT: 'off', ACCESS_TOKEN_LIFETIME_S: '900' };
  const shop = embeddedShop({ folder, firstPort: 0, admin, logLevel: 'fatal', env });
  await shop.start();
  try {
    const client = shopClient(shop.urls());
    await client.register(customer.email, customer.password, 'Ada');
    await seedShop(client, (await client.signIn(admin.email, admin.password)).accessToken);
    const red: string[] = [];
    for (const service of SERVICES) {
      for (const [role, { email, password }] of Object.entries({ customer, admin })) {
        say(`\n== ${service} as ${role}, seed ${seed}`);
        const { accessToken: token } = await client.signIn(email, password);
        const isClean = await fuzzService({ program, url: shop.urls()[service], token, examples, limitS, seed });
        if (!isClean) red.push(`${service} as ${role}`);
      }
    }
    return red;
  } finally {
    await shop.stop();
  }
}

try {
  const program = await installSchemathesis(say);
  using folder = temporaryFolder();
  const red = await fuzzShop(program, folder.path);
  say(red.length === 0 ? '\nnothing was found' : `\nfound something: ${red.join(', ')}`);
  process.exitCode = red.length === 0 ? EXIT.ok : EXIT.failed;
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error;
  process.stderr.write(`${error.message}\n${error.cure}\n`);
  process.exitCode = EXIT.environment;
}
