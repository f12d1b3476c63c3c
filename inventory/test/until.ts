/** Waits for a condition instead of sleeping: answers its first value that is neither false nor undefined. */
export async function until<T>(condition: () => Promise<T | false | undefined>, limitMs = 5000): Promise<T> {
  const limit = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== undefined) return value;
    if (performance.now() > limit) throw new Error(`not within ${limitMs} ms: ${condition.toString()}`);
    await Bun.sleep(5);
  }
}
