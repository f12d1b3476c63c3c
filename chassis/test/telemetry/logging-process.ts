import { createLogger } from '../../src/telemetry/logging.ts';

/**
 * A process that lives while its log lines go nowhere: writes so many lines, says on standard output that it still answers,
 * and then a line more for each line of its input.
 */
const lines = Number(process.argv[2]);
const logger = createLogger({ service: 'order', level: 'info' });

for (let number = 1; number <= lines; number += 1) {
  logger.error({ number, err: new Error('the database is away') }, 'transaction failed; repeating it');
  // Everything else has its turn too.
  if (number % 50 === 0) await new Promise(setImmediate);
}
process.stdout.write('alive\n');
for await (const asked of console) {
  // The end of the input.
  if (asked === '') break;
  logger.info({ asked }, 'asked');
  process.stdout.write(`${asked}\n`);
}
logger.info('the last line');
process.exit(0);
