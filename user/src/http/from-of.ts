import { clientAddressOf } from '@souk/chassis/web/app/request-facts';

/** The address that a request counts for; undefined where nobody counts by it. */
export type FromOf = (request: Request) => string | undefined;

export function fromOf(countsAddresses: boolean): FromOf {
  return countsAddresses ? clientAddressOf : () => undefined;
}
