import { clientAddressOf } from '@souk/chassis/web/app/request-facts';

/** The client address that a request counts for; undefined: addresses are not counted. */
export type FromOf = (request: Request) => string | undefined;

export function fromOf(countsAddresses: boolean): FromOf {
  return countsAddresses ? clientAddressOf : () => undefined;
}
