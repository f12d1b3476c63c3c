import type { ServiceName } from '@souk/contracts/services';

/** The operator who is signed in at the console, and what the page may do. */
export interface Session {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly mode: 'write' | 'read-only';
  /** True in the embedded shop, which places demo orders and makes faults. */
  readonly embedded: boolean;
  /** Public base URL of each service, for `curl`. */
  readonly services: Readonly<Record<ServiceName, string>>;
}
