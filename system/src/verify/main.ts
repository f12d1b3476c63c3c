import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { EventLogError } from '@souk/chassis/log/event-log';
import { EXIT, exitCodeOf, UsageError, withUsage } from '../cli/errors.ts';
import { progressLine } from '../cli/progress-line.ts';
import { shopFiles } from '../shop/embedded/shop-files.ts';
import { expectServers, loadAddresses } from './address-file.ts';
import { checkShop } from './check-shop.ts';
import { embeddedRecords, hasEveryTopic } from './embedded-records.ts';
import type { ShopRecords } from './shop-records.ts';

const HELP = `npm run verify                 check every promise over the shop's five databases, its log and its gateway
  --data DIR                   the shop's folder (default .souk); it should be at rest
  --real FILE                  instead: JSON that says where a shop on real servers keeps its data
  --accepted FILE              order ids, one per line, that callers were promised
`;

/** Returns the exit code: 0, 1 if a promise is broken, 2 for wrong usage, 3 if a server cannot be reached. */
async function main(): Promise<number> {
  const { data, real, accepted, help } = parsed();
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const records = real === undefined ? embedded(data) : await onServers(real);
  const progress = progressLine();
  const { violations, seen } = await checkShop(records, accepted === undefined ? [] : linesOf(accepted), progress.tell).finally(progress.end);
  const looked = `${seen('orders')} orders, ${seen('payments')} payments, ${seen('movements')} stock movements, ${seen('events')} events`;
  process.stdout.write(`${violations} violations; looked at ${looked}\n`);
  return violations === 0 ? EXIT.ok : EXIT.failed;
}

async function* linesOf(file: string): AsyncIterable<readonly string[]> {
  for await (const line of createInterface(createReadStream(file))) if (line !== '') yield [line];
}

function embedded(folder = '.souk'): ShopRecords {
  const { log } = shopFiles(folder);
  if (!existsSync(log)) throw new UsageError(`there is no shop in ${folder}`);
  if (!isOfThisVersion(log)) throw new UsageError(`the shop in ${folder} is of an earlier version: start it once with this one, then verify`);
  return embeddedRecords(folder);
}

function isOfThisVersion(log: string): boolean {
  try {
    return hasEveryTopic(log);
  } catch (error) {
    if (error instanceof EventLogError && error.code === 'later-version') throw new UsageError(error.message);
    throw error;
  }
}

async function onServers(file: string): Promise<ShopRecords> {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  // Imported here so that a check of a data folder does not load the drivers.
  const { realRecords } = await import('./real-records.ts');
  const addresses = await loadAddresses(file);
  await expectServers(addresses, file);
  return realRecords(addresses);
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

process.exitCode = await exitCodeOf(main, HELP);
