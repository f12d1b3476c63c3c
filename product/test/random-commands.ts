import type { ChassisCollections } from '@souk/chassis/writer/chassis-collections';
import type { Writer } from '@souk/chassis/writer/writer';
import fc from 'fast-check';
import type { ProductCollections } from '../src/storage/product-store.ts';
import type { Answer } from '../src/usecases/answer.ts';
import { archiveProduct } from '../src/usecases/archive-product.ts';
import { createProduct } from '../src/usecases/create-product.ts';
import { patchProduct } from '../src/usecases/patch-product.ts';
import { putVariant } from '../src/usecases/put-variant.ts';
import { eur } from './running-catalogue.ts';

interface Named {
  readonly title: string;
  readonly slug: string | undefined;
}

/** Something staff asks for; `product` counts the products that are there already. */
export type Command =
  | (Named & { readonly kind: 'create'; readonly skus: readonly string[] })
  | (Named & { readonly kind: 'patch'; readonly product: number })
  | { readonly kind: 'put'; readonly product: number; readonly sku: string; readonly amount: number }
  | { readonly kind: 'archive'; readonly product: number };

/** Few names, so that they collide. */
const slug = fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined });
const sku = fc.constantFrom('S0', 'S1', 'S2', 'N1', 'N2', 'N3');
const skus = fc.array(sku, { minLength: 1, maxLength: 2 });
const product = fc.nat(2);
const title = fc.constantFrom('Tea', 'Pot', 'Cup');

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('create' as const), title, slug, skus }),
    fc.record({ kind: fc.constant('patch' as const), product, title, slug }),
    fc.record({ kind: fc.constant('put' as const), product, sku, amount: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('archive' as const), product }),
  ),
  { minLength: 1, maxLength: 30 },
);

const anyVersion = () => undefined;

export function submit(
  writer: Writer<ProductCollections & ChassisCollections>,
  ids: readonly string[],
  command: Command,
): Promise<Answer> {
  const of = (index: number) => ({ productId: ids[index] ?? '', actor: 'somebody', requireVersion: anyVersion });
  switch (command.kind) {
    case 'create': {
      const variants = command.skus.map((name) => ({ sku: name, price: eur(1) }));
      const given = command.slug === undefined ? {} : { slug: command.slug };
      return writer.submit(createProduct, { actor: 'somebody', asked: { title: command.title, variants, ...given } });
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
    default:
      return command satisfies never;
  }
}
