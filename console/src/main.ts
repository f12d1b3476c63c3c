import '@souk/chassis/service/production-mode';
import { askHealth } from '@souk/chassis/service/ask-health';

/** Entry point. `--health` asks the running process for its health, without loading what a console needs to run. */
const flags = process.argv.slice(2);
if (flags.join(' ') === '--health') process.exit(await askHealth(4000));
const { runConsole } = await import('./server/process.ts');
process.exit(await runConsole(flags));
