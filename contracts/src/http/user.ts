import { type Static, Type } from '@sinclair/typebox';
import '../formats.ts';
import { Uuid } from '../ids.ts';
import { Role } from '../roles.ts';
import { closed } from '../schema.ts';
import { Name } from '../text.ts';
import { UtcTime } from '../time.ts';
import { Page } from './common.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });

export const RegisterUser = closed({
  email: Email,
  password: Type.String({ minLength: 12, maxLength: 128, pattern: '^[^\\u0000]*$' }),
  name: Name,
});
export type RegisterUser = Static<typeof RegisterUser>;

export const User = closed({
  id: Uuid,
  email: Email,
  name: Name,
  roles: Type.Array(Role, { minItems: 1, uniqueItems: true }),
  version: Type.Integer({ minimum: 1 }),
  createdAt: UtcTime,
  updatedAt: UtcTime,
});
export type User = Static<typeof User>;

export const UserPage = Page(User);

/** Replaces the roles; `customer` stays in any case. */
export const ReplaceRoles = closed({ roles: Type.Array(Role, { maxItems: 3, uniqueItems: true }) });
export type ReplaceRoles = Static<typeof ReplaceRoles>;
