import { tooMuchToDo } from '../problems/problem.ts';

/** Maximum bytes of all bodies that a process holds: images and the like count as they are, JSON several times over. */
export const BODY_ROOM = 32 * 1024 * 1024;
/** Maximum bytes of bodies that have a room of their own, such as webhooks: enough for a hundred of the longest. */
export const APART_ROOM = 8 * 1024 * 1024;

/**
 * The room for bodies of requests under way. A body is kept until its request is answered, which may take seconds when the
 * database does not answer: with a limit, neither uploads nor changes can fill the memory.
 */
export interface BodyRoom {
  /** Takes room until `leave`. Throws the 503 problem when there is none; a single body always fits. */
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
