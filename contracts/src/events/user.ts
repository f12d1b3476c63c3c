import { Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { Role } from '../roles.ts';
import { UtcTime } from '../time.ts';

/** No e-mail, no name: an event outlives the erasure of its person. */
export const UserRegistered = Type.Object({ userId: Uuid, registeredAt: UtcTime });
export const UserUpdated = Type.Object({ userId: Uuid, updatedAt: UtcTime });

/**
 * Other roles, or an end of sessions. Access tokens given until then are refused: those of the session that ended
 * (`sessionId`), or all of the user whose generation (claim `gen`) is below `generation`; `kept` goes on all the same: tokens
 * of that session from that generation on. Without either no token ends: a role was added.
 */
export const UserAccessChanged = Type.Object({
  userId: Uuid,
  changedAt: UtcTime,
  roles: Type.Optional(Type.Array(Role)),
  sessionId: Type.Optional(Uuid),
  generation: Type.Optional(Type.Integer({ minimum: 1 })),
  kept: Type.Optional(Type.Object({ sessionId: Uuid, generation: Type.Integer({ minimum: 0 }) })),
});

/** Everybody who keeps something of this person erases it, and no token of theirs is good any more. */
export const UserDeleted = Type.Object({ userId: Uuid, deletedAt: UtcTime });
