/**
 * Waits for a condition instead of sleeping: answers its first value that is not undefined.
 * A costly look leaves three times as long to those who are looked at.
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const limit = performance.now() + limitMs;
  for (;;) {
    const lookedAt = performance.now();
    const value = await condition();
    if (value !== undefined) return value;
    if (performance.now() > limit) throw new Error(`${what}: not within ${limitMs} ms`);
    await Bun.sleep(Math.max(20, 3 * (performance.now() - lookedAt)));
  }
}
