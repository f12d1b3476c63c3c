/**
 * Waits for a condition instead of sleeping: answers its first value that is neither undefined nor false, and throws
 * after `limitMs`, saying `what` did not come. A costly look leaves three times as long to those who are looked at.
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
