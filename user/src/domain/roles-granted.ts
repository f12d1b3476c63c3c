import type { Role } from '@souk/contracts/access-token';
import type { Credential } from './credential.ts';
import type { Session } from './session.ts';
import type { User } from './user.ts';

/** The facts that decide on the roles in a session's token, as of the transaction that decided on the token. */
export interface Standing {
  readonly roles: readonly Role[];
  /** epoch milliseconds of the last code of the present factor in this session; null: none came */
  readonly secondFactorAt: number | null;
  /** True when somebody else has set the password. */
  readonly mustChangePassword: boolean;
}

export interface RolePolicy {
  /** True: nobody is staff or admin without a second factor. */
  readonly staffSecondFactor: boolean;
}

export interface RolesGranted {
  readonly roles: readonly Role[];
  /** True when roles of the account are withheld for lack of a code. */
  readonly secondFactorRequired: boolean;
  /** True when roles are withheld until the password is changed. */
  readonly passwordChangeRequired: boolean;
}

export function standingOf({ roles }: User, { secondFactor, mustChange }: Credential, session: Session): Standing {
  const { secondFactorAt: at } = session;
  const isOfThisFactor = at !== null && secondFactor !== null && at >= secondFactor.activeSince;
  return { roles, secondFactorAt: isOfThisFactor ? at : null, mustChangePassword: mustChange };
}

/** The one place where a token gets fewer roles than the account has: services need no settings of their own for that. */
export function rolesGranted({ roles, secondFactorAt, mustChangePassword }: Standing, { staffSecondFactor }: RolePolicy): RolesGranted {
  const isStaff = roles.some((role) => role !== 'customer');
  const secondFactorRequired = staffSecondFactor && isStaff && secondFactorAt === null;
  const passwordChangeRequired = mustChangePassword && isStaff;
  const isWithheld = secondFactorRequired || passwordChangeRequired;
  return { roles: isWithheld ? ['customer'] : roles, secondFactorRequired, passwordChangeRequired };
}
