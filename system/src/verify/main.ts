import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EXIT, UsageError } from '../cli/exit-code.ts';
import { shopFiles } from '../embedded/shop-files.ts';
import { acceptedOrdersExist } from './order-rules.ts';
import { readEmbeddedShop } from './read-embedded-shop.ts';
import { violationsOf } from './rule.ts';
import { RULES } from './rules.ts';

const HELP = `npm run verify                 check every promise over the shop's five databases, its log and its gateway
  --data DIR                   the shop's folder (default .souk); it should be at rest
  --accepted FILE              order ids, one per line, that callers were promised
`;
const SHOWN = 20;

/** Exit code 0, 1 when a promise is broken, 2 for wrong usage. */
async function main(): Promise<number> {
  const { values } = parsed();
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  if (!existsSync(shopFiles(values.data).log)) throw new UsageError(`there is no shop in ${values.data}`);
  const accepted = values.accepted === undefined ? [] : (await readFile(values.accepted, 'utf8')).split('\n').filter(Boolean);
  const snapshot = readEmbeddedShop(values.data);
  const violations = violationsOf([...RULES, acceptedOrdersExist(accepted)], snapshot);
  for (const { promise, what } of violations.slice(0, SHOWN)) process.stdout.write(`BROKEN ${promise}: ${what}\n`);
  const { orders, movements, payments, services } = snapshot;
  const events = services.reduce((sum, service) => sum + service.events.length, 0);
  process.stdout.write(
    `${violations.length} violations; looked at ${orders.length} orders, ${payments.length} payments, ${movements.length} stock movements, ${events} events\n`,
  );
  return violations.length === 0 ? EXIT.ok : EXIT.failed;
}

function parsed() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string', default: '.souk' },
        accepted: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = EXIT.usage;
}
