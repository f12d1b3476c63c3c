import type { Database } from 'bun:sqlite';

interface Waiting {
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

/** Runs all work of one turn of the event loop in one transaction; each answer waits for its commit. */
export function groupCommit(database: Database): <T>(work: () => T) => Promise<T> {
  let waiting: Waiting[] = [];

  function commit(): void {
    const group = waiting;
    waiting = [];
    try {
      database.transaction(() => {
        for (const { run } of group) run();
      })();
      for (const { settle } of group) settle();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      let settle = (): void => undefined;
      waiting.push({
        // An error concerns only its own caller; its work has written nothing.
        run: () => {
          try {
            const answer = work();
            settle = () => resolve(answer);
          } catch (error) {
            settle = () => reject(error);
          }
        },
        settle: () => settle(),
        fail: reject,
      });
      if (waiting.length === 1) setImmediate(commit);
    });
}
