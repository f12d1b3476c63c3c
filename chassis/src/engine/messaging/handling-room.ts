/** UTF-16 units; while it is read, decided and written, a message takes several times its size. */
const HANDLING_ROOM = 2 * 1024 * 1024;

/** Bounds the memory of messages handled at once: any number of small ones, and as many large ones as fit. */
export interface HandlingRoom {
  /**
   * Returns undefined when there is room, else a promise that resolves once there is: first come, first served. A message
   * larger than the room gets all of it.
   */
  enter(size: number): Promise<void> | undefined;
  leave(size: number): void;
}

export function handlingRoom(room = HANDLING_ROOM): HandlingRoom {
  const waiting: { readonly size: number; readonly enter: () => void }[] = [];
  let taken = 0;
  const fits = (size: number) => taken === 0 || taken + size <= room;

  return {
    enter: (size) => {
      if (waiting.length === 0 && fits(size)) {
        taken += size;
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ size, enter: resolve });
      return promise;
    },
    leave: (size) => {
      taken -= size;
      for (let next = waiting[0]; next !== undefined && fits(next.size); next = waiting[0]) {
        waiting.shift();
        taken += next.size;
        next.enter();
      }
    },
  };
}
