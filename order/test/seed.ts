import fc from 'fast-check';

/** Random tests say in their names which seed they ran with; `SEED=n bun test` runs them the same way again. */
export const SEED = Number(process.env['SEED'] ?? Math.floor(performance.timeOrigin) % 2 ** 31);

export const WITH_SEED = `(seed ${SEED})`;

export function check<Values>(property: fc.IProperty<Values>, runs: number): void {
  fc.assert(property, { seed: SEED, numRuns: runs });
}
