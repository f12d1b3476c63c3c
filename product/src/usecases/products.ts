import type { Decision } from '@souk/chassis/engine/writer/use-case';
import type { FieldError } from '@souk/contracts/problem';
import type { CategoryUse } from '../domain/category.ts';
import type { Change } from '../domain/change.ts';
import { priceChanges } from '../domain/price-change.ts';
import type { Product } from '../domain/product.ts';
import type { ProductFact } from '../domain/product-fact.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer } from './answer.ts';

export type ProductDecisionOf<A> = Decision<ProductCollections, A>;
type ProductDecision = ProductDecisionOf<Answer>;

/** The fields common to all changes of an existing product. */
export interface ChangeRequest {
  readonly productId: string;
  /** id of the user who asks, kept with the event */
  readonly actor: string;
}

/** Compares the version with the one that the caller means to change: throws when they differ. */
export type RequireVersion = (version: number) => void;

const TOO_MANY_ATTRIBUTES: FieldError = {
  pointer: '/attributes',
  detail: 'leaves the product with more than 50 attributes',
};

/** Turns the domain's change of a product into the writes: the product, its claims, one event. */
export function changeOfProduct(before: Product, change: Change, actor: string, use: readonly CategoryUse[] = []): ProductDecision {
  switch (change.kind) {
    case 'unchanged':
      return { answer: { kind: 'done', product: before } };
    case 'too-many-attributes':
      return { answer: { kind: 'invalid', errors: [TOO_MANY_ATTRIBUTES] } };
    case 'too-many-variants':
      return { answer: change };
    case 'changed': {
      const { product } = change;
      const removes = product.slug === before.slug ? {} : { removes: { slugs: [before.slug] } };
      return { ...saved(product, change.fact, { actor, before, use }), ...removes };
    }
    default:
      return change satisfies never;
  }
}

interface Saving {
  readonly actor: string;
  /** undefined: the product is new */
  readonly before?: Product;
  /** new use counts of the categories that it joins and leaves */
  readonly use: readonly CategoryUse[];
}

export function saved(product: Product, fact: ProductFact, { actor, before, use }: Saving): ProductDecision {
  const { id, slug, version, variants } = product;
  return {
    answer: { kind: 'done', product },
    puts: {
      products: [product],
      slugs: [{ slug, productId: id }],
      skus: variants.map(({ sku }) => ({ sku, productId: id })),
      categoryUse: use,
      priceChanges: priceChanges(before, product, actor),
    },
    events: [{ ...fact, key: id, stream: id, version, context: { actor } }],
  };
}
