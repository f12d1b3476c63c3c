/** Makes it when it is asked for the first time; what failed is tried again by who asks next. */
export function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    const attempt = (made ??= make());
    try {
      return await attempt;
    } catch (error) {
      // Unless somebody else has begun the next one.
      if (made === attempt) made = undefined;
      throw error;
    }
  };
}
