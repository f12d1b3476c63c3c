import '@souk/chassis/service/production-mode';
import { ConfigError } from '@souk/chassis/service/config';
import { ListenError } from '@souk/chassis/web/app/listen';
import { EventLogError } from '@souk/chassis/log/event-log';
import { EnvironmentError, EXIT, isDiskFull, UsageError } from './cli/errors.ts';
import { START_HELP, startArguments } from './shop/start/start-arguments.ts';
import { startShop } from './shop/start/start-shop.ts';

/** `npm start` */
async function main(): Promise<number> {
  const wanted = startArguments(process.argv.slice(2));
  if (!wanted.help) return startShop(wanted);
  process.stdout.write(START_HELP);
  return EXIT.ok;
}

const OTHER_PORTS = 'Choose other ports, or any free ones: npm start -- --first-port 0';
const LISTEN_CURES: Readonly<Record<ListenError['remedy'], string>> = {
  taken: OTHER_PORTS,
  port: OTHER_PORTS,
  address: 'Bring the loopback interface up (127.0.0.1), then: npm start --',
  files: 'Raise the limit (ulimit -n 4096), then: npm start --',
};

/** Prints cause and cure in a few lines; unexpected errors are rethrown with their stack. */
function explain(error: unknown): number {
  if (error instanceof UsageError) return told(EXIT.usage, error.message, START_HELP);
  if (error instanceof ConfigError) return told(EXIT.usage, error.message);
  if (error instanceof EnvironmentError) return told(EXIT.environment, error.message, error.cure);
  if (error instanceof ListenError) return told(EXIT.environment, error.message, LISTEN_CURES[error.remedy]);
  if (error instanceof EventLogError && error.code === 'data-in-use') {
    return told(EXIT.environment, 'another shop is running on this data', 'Stop it, or choose another folder: npm start -- --data DIR');
  }
  if (error instanceof EventLogError && error.code === 'later-version') {
    return told(EXIT.environment, error.message, 'Or choose another folder: npm start -- --data DIR');
  }
  if (isDiskFull(error)) return told(EXIT.environment, 'the disk is full', 'Make room, or choose another folder: npm start -- --data DIR');
  throw error;
}

function told(code: number, ...lines: readonly string[]): number {
  process.stderr.write(`${lines.join('\n')}\n`);
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = explain(error);
}
