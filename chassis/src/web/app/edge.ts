import { clientAddresses } from './client-address.ts';
import { type Cors, cors } from './cors.ts';
import type { Principal } from '../sign-in/principal.ts';
import { type RateDecision, rateLimit } from '../limits/rate-limit.ts';

/** Default limits, in requests a minute. */
export const USER_LIMIT = 1200;
export const ADDRESS_LIMIT = 1200;

/** Settings of a service's edge (limits, proxies, CORS, HSTS, operators' port), part of `serviceConfig`. An absent one is off. */
export interface EdgeOptions {
  readonly rateLimit?: 'on' | 'off';
  /** Requests a minute. */
  readonly userLimit?: number;
  readonly addressLimit?: number;
  readonly trustedProxies?: readonly string[];
  readonly corsOrigins?: readonly string[];
  readonly hstsS?: number;
  /** See `listen.ts`. */
  readonly opsPort?: number | undefined;
  readonly opsHost?: string;
  /** See `security-events.ts`. */
  readonly securityLogKey?: string | undefined;
}

export interface Edge {
  readonly cors: Cors;
  readonly hstsS: number;
  clientAddress(connection: string, forwardedFor: string | null): string;
  /**
   * Counts a request against the user if the token is known to be valid, else against the address: so an office behind one
   * address is not one caller, and a forged token gains nothing. undefined: nothing is counted.
   */
  count(principal: Principal | undefined, address: () => string): RateDecision | undefined;
}

export function edgeOf(options: EdgeOptions): Edge {
  const { userLimit = USER_LIMIT, addressLimit = ADDRESS_LIMIT, trustedProxies = [], corsOrigins = [], hstsS = 0 } = options;
  const isCounting = options.rateLimit === 'on';
  const ofUser = rateLimit({ name: 'user', perMinute: userLimit });
  const ofAddress = rateLimit({ name: 'address', perMinute: addressLimit });
  return {
    cors: cors(corsOrigins),
    hstsS,
    clientAddress: clientAddresses(trustedProxies),
    count(principal, address) {
      if (!isCounting) return undefined;
      return principal === undefined ? ofAddress(address()) : ofUser(principal.userId);
    },
  };
}
