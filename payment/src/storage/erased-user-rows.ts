import type { ErasedUser } from '../domain/payment-method.ts';
import type { ErasedUsersTable } from './payment-schema.ts';

export const ERASED_USER_COLUMNS = ['user_id', 'erased_at', 'due_at'] as const;

export function erasedUserToRow({ userId, erasedAt, dueAt }: ErasedUser): ErasedUsersTable {
  return { user_id: userId, erased_at: erasedAt, due_at: dueAt };
}

export function erasedUserFromRow({ user_id: userId, erased_at: erasedAt, due_at: dueAt }: ErasedUsersTable): ErasedUser {
  return { userId, erasedAt, dueAt };
}
