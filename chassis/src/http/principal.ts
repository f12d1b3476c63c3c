import type { Role } from '@souk/contracts/roles';

/** Who sent the request, as the access token says. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
}

export function hasRole({ roles }: Principal, role: Role): boolean {
  return roles.includes(role) || (role === 'staff' && roles.includes('admin'));
}
