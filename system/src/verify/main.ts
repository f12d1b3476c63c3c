import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EXIT, UsageError } from '../cli/exit-code.ts';
import { shopFiles } from '../embedded/shop-files.ts';
import { loadAddresses } from './address-file.ts';
import { embeddedRecords } from './embedded-records.ts';
import { acceptedOrdersExist } from './order-rules.ts';
import { readSnapshot } from './read-snapshot.ts';
import { violationsOf } from './rule.ts';
import { RULES } from './rules.ts';
import type { ShopRecords } from './shop-records.ts';

const HELP = `npm run verify                 check every promise over the shop's five databases, its log and its gateway
  --data DIR                   the shop's folder (default .souk); it should be at rest
  --real FILE                  instead: where a shop on real servers keeps what
  --accepted FILE              order ids, one per line, that callers were promised
`;
const SHOWN = 20;

/** Exit code 0, 1 when a promise is broken, 2 for wrong usage. */
async function main(): Promise<number> {
  const { data, real, accepted, help } = parsed();
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const promised = accepted === undefined ? [] : (await readFile(accepted, 'utf8')).split('\n').filter(Boolean);
  const snapshot = await readSnapshot(real === undefined ? embedded(data) : await onServers(real));
  const violations = violationsOf([...RULES, acceptedOrdersExist(promised)], snapshot);
  for (const { promise, what } of violations.slice(0, SHOWN)) process.stdout.write(`BROKEN ${promise}: ${what}\n`);
  const { orders, movements, payments, services } = snapshot;
  const events = services.reduce((sum, service) => sum + service.events.length, 0);
  process.stdout.write(
    `${violations.length} violations; looked at ${orders.length} orders, ${payments.length} payments, ${movements.length} stock movements, ${events} events\n`,
  );
  return violations.length === 0 ? EXIT.ok : EXIT.failed;
}

function embedded(folder = '.souk'): ShopRecords {
  if (!existsSync(shopFiles(folder).log)) throw new UsageError(`there is no shop in ${folder}`);
  return embeddedRecords(folder);
}

async function onServers(file: string): Promise<ShopRecords> {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  // The drivers are not loaded for those who need none of them.
  const { realRecords } = await import('./real-records.ts');
  return realRecords(await loadAddresses(file));
}

function parsed() {
  const { values } = withUsage(() =>
    parseArgs({
      options: {
        data: { type: 'string' },
        real: { type: 'string' },
        accepted: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (values.data !== undefined && values.real !== undefined) throw new UsageError('--data and --real: choose one');
  return values;
}

function withUsage<T>(parse: () => T): T {
  try {
    return parse();
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
