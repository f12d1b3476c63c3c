import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { Writer } from '@souk/chassis/engine/writer/writer';
import fc from 'fast-check';
import type { ProductCollections } from '../src/storage/product-store.ts';
import { addImage } from '../src/usecases/images.ts';
import { archiveProduct, createProduct, patchProduct, putVariant } from '../src/usecases/products.ts';
import { createCategory, deleteCategory, patchCategory } from '../src/usecases/categories.ts';
import { eur } from './running-catalogue.ts';

interface Named {
  readonly title: string;
  readonly slug: string | undefined;
}

/** A command of staff; `product`, `category` and `parent` are indexes into what was there before (`There`). */
export type Command =
  | (Named & { readonly kind: 'create'; readonly skus: readonly string[] })
  | (Named & { readonly kind: 'patch'; readonly product: number })
  | { readonly kind: 'put'; readonly product: number; readonly sku: string; readonly amount: number }
  | { readonly kind: 'archive' | 'picture'; readonly product: number }
  | { readonly kind: 'sort'; readonly product: number; readonly categories: readonly number[] }
  | { readonly kind: 'add category'; readonly title: string; readonly parent: number | null }
  | { readonly kind: 'move category'; readonly category: number; readonly parent: number | null; readonly position: number }
  | { readonly kind: 'drop category'; readonly category: number };

/** Ids of the products and categories that were there before. */
export interface There {
  readonly products: readonly string[];
  readonly categories: readonly string[];
}

/** Few names, so that they collide. */
const slug = fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined });
const sku = fc.constantFrom('S0', 'S1', 'S2', 'N1', 'N2', 'N3');
const skus = fc.array(sku, { minLength: 1, maxLength: 2 });
const product = fc.nat(2);
const title = fc.constantFrom('Tea', 'Pot', 'Cup');
const category = fc.nat(2);
const parent = fc.option(category);

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('create' as const), title, slug, skus }),
    fc.record({ kind: fc.constant('patch' as const), product, title, slug }),
    fc.record({ kind: fc.constant('put' as const), product, sku, amount: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constantFrom('archive' as const, 'picture' as const), product }),
    fc.record({ kind: fc.constant('sort' as const), product, categories: fc.uniqueArray(category, { maxLength: 2 }) }),
    fc.record({ kind: fc.constant('add category' as const), title, parent }),
    fc.record({ kind: fc.constant('move category' as const), category, parent, position: fc.nat(2) }),
    fc.record({ kind: fc.constant('drop category' as const), category }),
  ),
  { minLength: 1, maxLength: 30 },
);

const IMAGE = { alt: '', width: 1, height: 1, contentType: 'image/png' } as const;
const asker = { actor: 'somebody', requireVersion: () => undefined };

export function submit(writer: Writer<ProductCollections & ChassisCollections>, { products, categories }: There, command: Command) {
  const of = (index: number) => ({ ...asker, productId: products[index] ?? '' });
  const idOf = (index: number | null) => (index === null ? null : (categories[index] ?? ''));
  switch (command.kind) {
    case 'create': {
      const variants = command.skus.map((name) => ({ sku: name, price: eur(1) }));
      const given = command.slug === undefined ? {} : { slug: command.slug };
      return writer.submit(createProduct, { ...asker, asked: { title: command.title, variants, ...given } });
    }
    case 'patch': {
      const given = command.slug === undefined ? {} : { slug: command.slug };
      return writer.submit(patchProduct, { ...of(command.product), asked: { title: command.title, ...given } });
    }
    case 'put':
      return writer.submit(putVariant, {
        ...of(command.product),
        sku: command.sku,
        asked: { price: eur(command.amount) },
      });
    case 'archive':
      return writer.submit(archiveProduct, of(command.product));
    case 'picture':
      return writer.submit(addImage, { ...of(command.product), image: IMAGE, bytes: new Uint8Array(8) });
    case 'sort': {
      const categoryIds = command.categories.map((index) => categories[index] ?? '');
      return writer.submit(patchProduct, { ...of(command.product), asked: { categoryIds } });
    }
    case 'add category':
      return writer.submit(createCategory, { ...asker, asked: { name: command.title, parentId: idOf(command.parent) } });
    case 'move category': {
      const asked = { parentId: idOf(command.parent), position: command.position };
      return writer.submit(patchCategory, { ...asker, categoryId: categories[command.category] ?? '', asked });
    }
    case 'drop category':
      return writer.submit(deleteCategory, { ...asker, categoryId: categories[command.category] ?? '' });
    default:
      return command satisfies never;
  }
}
