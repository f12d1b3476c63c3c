import { createMetrics } from '@souk/chassis/telemetry/metrics';

/** Prints what a process tells of itself before it has done anything, without the values. */
const text = await createMetrics({ service: 'order', ownsProcess: true }).scrape();
process.stdout.write(JSON.stringify(text.split('\n').filter((line) => line.startsWith('# TYPE'))));
