import { tooMuchToDo } from '@souk/chassis/web/problems/problem';

/** Runs at most `limit` calls at the same time; throws the 503 problem for any more. */
export function atMost(limit: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  return async (run) => {
    if (running >= limit) throw tooMuchToDo(1);
    running += 1;
    try {
      return await run();
    } finally {
      running -= 1;
    }
  };
}
