/** Calls `make` with the first request and shares the result; after a failure the next request tries again. */
export function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    const attempt = (made ??= make());
    try {
      return await attempt;
    } catch (error) {
      // Unless another caller has begun the next attempt.
      if (made === attempt) made = undefined;
      throw error;
    }
  };
}
