import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { Product } from '../domain/product.ts';

export function isStaff(principal: Principal | null): boolean {
  return principal !== null && hasRole(principal, 'staff');
}

/** The same answer for a product that does not exist and one that is not on sale: customers do not learn which. */
export function noSuchProduct(): Problem {
  return problem('not-found', { detail: 'There is no such product on sale: GET /products lists those there are.' });
}

/** The product, if the caller may see it; throws the 404 problem for one that is not active, unless staff asks. */
export function visible(product: Product | undefined, principal: Principal | null): Product {
  if (product === undefined || (product.status !== 'active' && !isStaff(principal))) throw noSuchProduct();
  return product;
}
