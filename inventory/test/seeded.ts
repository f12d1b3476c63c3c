import { test } from 'bun:test';
import fc from 'fast-check';

type Property = Parameters<typeof fc.assert>[0];

/** A randomised test. It prints its seed; SEED=<seed> runs the same again. */
export function seeded(name: string, property: Property, { runs = 200, limitMs = 30_000 } = {}): void {
  test(
    name,
    async () => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      process.stdout.write(`${name}: seed ${seed}\n`);
      await fc.assert(property, { seed, numRuns: runs });
    },
    limitMs,
  );
}
