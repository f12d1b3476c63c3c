/** UTF-16 units waiting for their handlers above which less is fetched: a second of small messages. */
const WAITING_ROOM = 8 * 1024 * 1024;

/**
 * Back-pressure for the messages that a process has fetched and not handled yet, in all its partitions together. Its memory has
 * to hold them, however large they are and however many partitions have some. Above one room only partitions with no
 * messages fetch, so that none waits for another's handler; above two, none does.
 */
export interface WaitingRoom {
  /** `judge` is called when the answer of `isOpen` may have changed. */
  enter(judge: () => void): Place;
}

/** The share of one partition. */
export interface Place {
  /** Called when messages of this size have come, or have gone if it is negative. */
  changed(by: number): void;
  /** True if the partition may fetch. */
  isOpen(hasSome: boolean): boolean;
  /** The partition's messages no longer count. */
  leave(): void;
}

export function waitingRoom(room = WAITING_ROOM): WaitingRoom {
  const judges = new Set<() => void>();
  let total = 0;
  /** The number of rooms that are full: 0, 1 or 2. */
  let full = 0;

  function changed(by: number): void {
    total += by;
    const before = full;
    // A room stays full until half of it is free again.
    const [least, most] = [Math.ceil(total / room) - 1, Math.ceil(total / room - 0.5)];
    full = Math.min(2, Math.max(0, least, Math.min(full, most)));
    if (full !== before) for (const judge of judges) judge();
  }

  return {
    enter: (judge) => {
      let own = 0;
      judges.add(judge);
      return {
        changed: (by) => {
          own += by;
          changed(by);
        },
        isOpen: (hasSome) => full === 0 || (full === 1 && !hasSome),
        leave: () => {
          judges.delete(judge);
          changed(-own);
          own = 0;
        },
      };
    },
  };
}
