import type { About } from './report.ts';

interface Failure {
  readonly error: unknown;
  readonly about: About;
}

/** Some of many similar operations failed; `Report` reports each by itself. */
export class FailuresOfSome extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super(`${failures.length} of them failed`, { cause: failures[0]?.error });
    this.name = 'FailuresOfSome';
  }
}

/** Runs `work` for all items at once. A failure does not stop the others; afterwards `FailuresOfSome` is thrown. */
export async function forEachOf<Item>(items: readonly Item[], about: (item: Item) => About, work: (item: Item) => Promise<unknown>): Promise<void> {
  const failures: Failure[] = [];
  await Promise.all(
    items.map((item) => work(item).catch((error: unknown) => failures.push({ error, about: about(item) }))),
  );
  if (failures.length > 0) throw new FailuresOfSome(failures);
}
