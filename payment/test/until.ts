/** Waits for a condition, 8 s at most; answers what it brought. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + 8000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
    await Bun.sleep(5);
  }
}
