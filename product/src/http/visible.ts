import { hasRole, type Principal } from '@souk/chassis/http/principal';
import { problem } from '@souk/chassis/http/problem';
import type { Product } from '../domain/product.ts';

export function isStaff(principal: Principal | null): boolean {
  return principal !== null && hasRole(principal, 'staff');
}

/** The product as somebody who may see it gets it; throws the 404 problem for what is not active, unless staff asks. */
export function visible(product: Product | undefined, principal: Principal | null): Product {
  if (product === undefined || (product.status !== 'active' && !isStaff(principal))) throw problem('not-found');
  return product;
}
