import { tooMuchToDo } from '../problems/problem.ts';

/** Bytes of all bodies that a process holds: of images and the like as they are, of JSON several times over. */
export const BODY_ROOM = 32 * 1024 * 1024;
/** Bytes of bodies that have a room of their own, such as webhooks: enough for a hundred of the longest. */
export const APART_ROOM = 8 * 1024 * 1024;

/**
 * Bodies of requests that are under way. What was read is kept until it is answered, and that may be seconds when the
 * database does not answer: so neither uploads nor changes can fill the memory.
 */
export interface BodyRoom {
  /** Until `leave`. Throws the 503 problem when there is no room; one body always has some. */
  take(owner: object, bytes: number): void;
  leave(owner: object): void;
  readonly heldBytes: number;
}

export function bodyRoom(limit: number): BodyRoom {
  const held = new Map<object, number>();
  let total = 0;
  return {
    take(owner, bytes) {
      if (total > 0 && total + bytes > limit) throw tooMuchToDo(1);
      held.set(owner, (held.get(owner) ?? 0) + bytes);
      total += bytes;
    },
    leave(owner) {
      if (total === 0) return;
      total -= held.get(owner) ?? 0;
      held.delete(owner);
    },
    get heldBytes() {
      return total;
    },
  };
}
