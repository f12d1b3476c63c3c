import { openSimulator } from '../src/gateway/simulator.ts';

/** Charges without end and prints the key of every charge that was answered, until it is killed. */
const gateway = openSimulator({ path: process.argv[2] ?? '', now: async () => Date.now(), latencyMs: 0, slowMs: 0, lateMs: 0, webhookSecrets: [] });
const { signal } = new AbortController();

async function chargeOnAndOn(worker: number): Promise<void> {
  for (let number = 0; ; number += 1) {
    const key = `payment:${worker}-${number}`;
    await gateway.charge({ key, amount: { amount: 1000, currency: 'EUR' }, token: 'tok_ok' }, signal);
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(chargeOnAndOn));
