import '@souk/chassis/service/production-mode';
import { askHealth } from '@souk/chassis/service/ask-health';

/** The program. `--health` asks the one that runs, without loading all that it takes to run. */
const flags = process.argv.slice(2);
if (flags.join(' ') === '--health') process.exit(await askHealth(4005));
const { runUser } = await import('./process.ts');
process.exit(await runUser(flags));
