import { parseArgs } from 'node:util';
import { EXIT, exitCodeOf, withUsage } from '../../cli/errors.ts';
import { serverEnvironment } from './server.ts';
import { startServers } from './start-servers.ts';

const HELP = 'npm run servers  a MySQL, a MongoDB and a Kafka for tests, until Ctrl-C; prints the variables that name them\n';

/** `npm run servers`: real servers for `bun test` in one package, until Ctrl-C. */
async function main(): Promise<number> {
  const { values } = withUsage(() => parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } }));
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const servers = await Promise.race([startServers({ report: say }), ended]);
  // Servers that are still starting end with this process.
  if (servers === undefined) return EXIT.ok;
  for (const line of servers.describe()) say(line);
  const environment = serverEnvironment([servers.mysql, servers.mongodb, servers.kafka]);
  for (const [variable, value] of Object.entries(environment)) say(`export ${variable}='${value}'`);
  say('Ctrl-C stops them; their data goes with them.');
  // The servers do not keep the event loop alive, and Bun would poll an idle loop without a pause.
  const alive = setInterval(() => undefined, 3_600_000);
  await ended;
  clearInterval(alive);
  await servers.stop();
  return EXIT.ok;
}

const code = await exitCodeOf(main, HELP);
// Servers that are still starting end with this process; after an error it ends only once the error is written.
if (code === EXIT.ok) process.exit(code);
process.exitCode = code;
