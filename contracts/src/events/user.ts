import { Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { Role } from '../roles.ts';
import { UtcTime } from '../time.ts';

/** No e-mail, no name: an event outlives the erasure of its user. */
export const UserRegistered = Type.Object({ userId: Uuid, registeredAt: UtcTime });
export const UserUpdated = Type.Object({ userId: Uuid, updatedAt: UtcTime });

/**
 * Roles have changed, or sessions were ended. Access tokens issued until then are refused: those of the ended session (`sessionId`), or all of the
 * user with a generation (claim `gen`) below `generation`. `kept` is the exception: tokens of that session from that generation on stay valid. With
 * neither `sessionId` nor `generation` no token ends: a role was added.
 */
export const UserAccessChanged = Type.Object({
  userId: Uuid,
  changedAt: UtcTime,
  roles: Type.Optional(Type.Array(Role)),
  sessionId: Type.Optional(Uuid),
  generation: Type.Optional(Type.Integer({ minimum: 1 })),
  kept: Type.Optional(Type.Object({ sessionId: Uuid, generation: Type.Integer({ minimum: 0 }) })),
});

/** Every service that keeps data of this user erases it, and none of their tokens is valid any more. */
export const UserDeleted = Type.Object({ userId: Uuid, deletedAt: UtcTime });
