/** Who asks for the same SKUs while an answer is on its way shares it: a new product is asked for by many at once. */
export function sharedCall(
  call: (skus: readonly string[]) => Promise<void>,
): (skus: readonly string[]) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  return (skus) => {
    const question = skus.toSorted().join();
    const asked = running.get(question) ?? call(skus).finally(() => running.delete(question));
    running.set(question, asked);
    return asked;
  };
}
