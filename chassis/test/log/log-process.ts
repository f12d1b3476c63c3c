import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { message } from './log-fixture.ts';

/**
 * A process of its own that sends for ever and prints the number of each send that resolved. `--once` only opens, `--from` counts
 * from a number on and sends a little or very much.
 */
const [path = '', mode, from = '0'] = process.argv.slice(2);
const log = openEmbeddedLog({ path, topics: [{ name: 'orders', partitions: 3 }] });
process.stdout.write('open\n');
const sends = mode === '--once' ? 0 : Infinity;
const filling = (number: number): string => (mode === '--from' ? ` ${crypto.getRandomValues(Buffer.alloc((number * 7919) % 65_000)).toString('hex')}` : '');
for (let number = Number(from); number < sends; number += 1) {
  await log.send(Array.from({ length: 5 }, (_, index) => message(`${number}:${index}${filling(number)}`, { key: `key-${index}` })));
  process.stdout.write(`${number}\n`);
}
await log.close();
