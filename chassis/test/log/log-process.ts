import { openEmbeddedLog } from '../../src/log/embedded-log.ts';
import { message } from './log-fixture.ts';

/** A process of its own that sends for ever and prints the number of each send that resolved. `--once` only opens. */
const [path = '', mode] = process.argv.slice(2);
const log = openEmbeddedLog({ path, topics: [{ name: 'orders', partitions: 3 }] });
process.stdout.write('open\n');
const sends = mode === '--once' ? 0 : Infinity;
for (let number = 0; number < sends; number += 1) {
  await log.send(Array.from({ length: 5 }, (_, index) => message(`${number}:${index}`, { key: `key-${index}` })));
  process.stdout.write(`${number}\n`);
}
await log.close();
