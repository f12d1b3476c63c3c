/** UTF-16 units; read, decided and written, a message takes several times its size. */
const HANDLING_ROOM = 2 * 1024 * 1024;

/** What a service handles at once of the messages it has: all that is small, and of the large ones as many as memory bears. */
export interface HandlingRoom {
  /** Undefined when there is room, else a promise of it: first come, first served. What is larger than the room gets all of it. */
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
