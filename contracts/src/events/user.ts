import { Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { UtcTime } from '../time.ts';

/** No e-mail, no name: an event outlives the erasure of its person. */
export const UserRegistered = Type.Object({ userId: Uuid, registeredAt: UtcTime });
export const UserUpdated = Type.Object({ userId: Uuid, updatedAt: UtcTime });

/** Everybody who keeps something of this person erases it. */
export const UserDeleted = Type.Object({ userId: Uuid, deletedAt: UtcTime });
