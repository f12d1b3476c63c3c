import type { FieldError } from '@souk/contracts/problem';
import type { Product } from '../domain/product.ts';

/** The reason why a change was not made; nothing has changed then. */
export type Refusal =
  | { readonly kind: 'product-unknown' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  /** `errors` names the places in the body; empty when the SKU is in the path */
  | { readonly kind: 'sku-taken'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'slug-taken' }
  /** `errors` names the places in the list */
  | { readonly kind: 'category-unknown'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'too-many-variants' };

/** `done`: the product after the change, or as it is when there is nothing to change. */
export type Answer = { readonly kind: 'done'; readonly product: Product } | Refusal;
