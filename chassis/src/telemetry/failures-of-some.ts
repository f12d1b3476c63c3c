import type { About } from './report.ts';

interface Failure {
  readonly error: unknown;
  readonly about: About;
}

/** Some of many things that were done alike failed; `Report` tells of each by itself. */
export class FailuresOfSome extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super(`${failures.length} of them failed`, { cause: failures[0]?.error });
    this.name = 'FailuresOfSome';
  }
}

/** Does the same with all of them at once. One that fails keeps no other from being done; afterwards `FailuresOfSome` is thrown. */
export async function forEachOf<Item>(items: readonly Item[], about: (item: Item) => About, work: (item: Item) => Promise<unknown>): Promise<void> {
  const failures: Failure[] = [];
  await Promise.all(
    items.map((item) => work(item).catch((error: unknown) => failures.push({ error, about: about(item) }))),
  );
  if (failures.length > 0) throw new FailuresOfSome(failures);
}
