import type { FieldError } from '@souk/contracts/problem';
import type { Product } from '../domain/product.ts';

/** Why a change was not made; nothing is different then. */
export type Refusal =
  | { readonly kind: 'product-unknown' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  /** `errors` names the places in the body; none when the SKU stands in the path */
  | { readonly kind: 'sku-taken'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'slug-taken' }
  /** `errors` names the places in the list */
  | { readonly kind: 'category-unknown'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'too-many-variants' };

/** The product as it is after the change, or after finding that there is nothing to change. */
export type Answer = { readonly kind: 'done'; readonly product: Product } | Refusal;
