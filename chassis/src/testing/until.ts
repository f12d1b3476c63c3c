/**
 * Waits for a condition instead of sleeping: returns its first value that is neither undefined nor false, and throws after
 * `limitMs`, saying that `what` did not come. After a costly check it pauses three times as long, so that the code under test
 * can go on.
 */
export async function until<T>(
  what: string,
  condition: () => T | false | undefined | Promise<T | false | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const limit = performance.now() + limitMs;
  for (;;) {
    const lookedAt = performance.now();
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > limit) throw new Error(`${what}: not within ${limitMs} ms`);
    await Bun.sleep(Math.max(5, 3 * (performance.now() - lookedAt)));
  }
}
