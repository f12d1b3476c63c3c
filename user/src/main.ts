import '@souk/chassis/service/production-mode';
import { askHealth } from '@souk/chassis/service/ask-health';

/** Entry point. `--health` asks the running process, without loading the code of the service. */
const flags = process.argv.slice(2);
if (flags.join(' ') === '--health') process.exit(await askHealth(4005));
const { runUser } = await import('./process.ts');
process.exit(await runUser(flags));
