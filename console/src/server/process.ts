import { ConfigError, withSecretFiles } from '@souk/chassis/service/config';
import { EXIT, lifecycle, runUntilSignal } from '@souk/chassis/service/lifecycle';
import { LISTEN_CURES, programHelp, told } from '@souk/chassis/service/program-texts';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { ListenError } from '@souk/chassis/web/app/listen';
import { CONSOLE_VARIABLES, type ConsoleConfig, readConsoleConfig } from './config.ts';
import { createConsole } from './console.ts';

/** Milliseconds, without the shutdown delay. */
const STOP_LIMIT_MS = 10_000;

const FLAGS = {
  '--health': 'asks the one that runs on this host at PORT whether it is ready; 0 when it is',
  '--help': 'says this',
} as const;

/** Runs the console as a process of its own, beside services that run elsewhere; answers its exit code. */
export async function runConsole(flags: readonly string[]): Promise<number> {
  const asked = flags.join(' ');
  if (asked === '--help') {
    process.stdout.write(programHelp({ about: "console: the operator's console of Souk", flags: FLAGS, variables: CONSOLE_VARIABLES }));
    return EXIT.ok;
  }
  if (asked !== '') return told(EXIT.usage, `unknown: ${asked}; known: ${Object.keys(FLAGS).join(', ')}`);
  try {
    return await serve(readConsoleConfig(withSecretFiles(process.env, CONSOLE_VARIABLES)));
  } catch (error) {
    if (error instanceof ConfigError) return told(EXIT.usage, error.message);
    if (error instanceof ListenError) return told(EXIT.environment, `${error.message}: ${LISTEN_CURES[error.remedy]}`);
    throw error;
  }
}

async function serve(config: ConsoleConfig): Promise<number> {
  const { logLevel: level, shutdownDelayMs } = config;
  const logger = createLogger({ service: 'console', level });
  const console = createConsole({ ...config, embedded: false, ownsProcess: true, logger });
  const part = {
    name: 'console',
    async start() {
      const { address } = await console.start();
      logger.info({ address, mode: process.env['NODE_ENV'] }, 'listening');
    },
    stop: () => console.close(),
  };
  return runUntilSignal(lifecycle([part], { limitMs: STOP_LIMIT_MS + shutdownDelayMs }), { logger });
}
