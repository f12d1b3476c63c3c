import type { UseCase, World } from '@souk/chassis/engine/writer/use-case';
import type { CreateProduct } from '@souk/contracts/http/product';
import { newProduct } from '../domain/create.ts';
import { created } from '../domain/product-fact.ts';
import { doubledSkus } from '../domain/sku.ts';
import { lastResortSlug, slugCandidates } from '../domain/slug.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import type { Answer, Refusal } from './answer.ts';
import { keysOfCategories, unknownCategories, useAfter } from './categories-of-product.ts';
import { saved } from './change-of-product.ts';

interface CreateRequest {
  readonly asked: CreateProduct;
  readonly actor: string;
}

/** Adds a product. A slug in the request must be free; one made from the title gets a suffix when it is taken. */
export const createProduct: UseCase<ProductCollections, CreateRequest, Answer> = {
  name: 'create product',
  keys: ({ asked }) => ({
    slugs: asked.slug === undefined ? candidates(asked) : [asked.slug],
    skus: asked.variants.map(({ sku }) => sku),
    ...keysOfCategories(asked.categoryIds ?? []),
  }),
  decide({ asked, actor }, world, context) {
    const refusal = refusalOf(asked, world);
    if (refusal !== undefined) return { answer: refusal };
    const id = context.newId();
    const product = newProduct(asked, { id, slug: asked.slug ?? freeSlug(asked, world, id), now: context.now });
    return saved(product, created(product), { actor, use: useAfter([], product.categoryIds, world) });
  },
};

function refusalOf(asked: CreateProduct, world: World<ProductCollections>): Refusal | undefined {
  const doubled = doubledSkus(asked.variants);
  if (doubled.length > 0) return { kind: 'invalid', errors: doubled };
  const taken = asked.variants.flatMap(({ sku }, index) =>
    world.get('skus', sku) === undefined
      ? []
      : [{ pointer: `/variants/${index}/sku`, detail: 'belongs to another product' }],
  );
  if (taken.length > 0) return { kind: 'sku-taken', errors: taken };
  const unknown = unknownCategories(asked.categoryIds ?? [], world);
  if (unknown.length > 0) return { kind: 'category-unknown', errors: unknown };
  if (asked.slug !== undefined && world.get('slugs', asked.slug) !== undefined) return { kind: 'slug-taken' };
  return undefined;
}

function freeSlug(asked: CreateProduct, world: World<ProductCollections>, id: string): string {
  const [base, ...numbered] = candidates(asked);
  const free = [base, ...numbered].find((slug) => world.get('slugs', slug) === undefined);
  return free ?? lastResortSlug(base, id);
}

function candidates({ title, variants }: CreateProduct): readonly [string, ...string[]] {
  return slugCandidates(title, variants[0]?.sku ?? '');
}
