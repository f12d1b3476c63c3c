/** Runs `count` pieces of work, `atOnce` of them at a time, and returns their results in order. */
export async function inParallel<T>(atOnce: number, count: number, run: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      for (let i = next++; i < count; i = next++) results[i] = await run(i);
    }),
  );
  return results;
}
