import '@souk/chassis/service/production-mode';
import { askHealth } from '@souk/chassis/service/ask-health';

/** Entry point. `--health` asks the running process, without loading the whole service. */
const flags = process.argv.slice(2);
if (flags.join(' ') === '--health') process.exit(await askHealth(4004));
const { runPayment } = await import('./process.ts');
process.exit(await runPayment(flags));
