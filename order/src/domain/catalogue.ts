import type { AnyEvent } from '@souk/contracts/envelope';
import type { Money } from '@souk/contracts/money';

/** Values that distinguish a variant from the others of its product: size, colour. */
export type Options = Readonly<Record<string, string>>;

/** Order's copy of a SKU; found by SKU. */
export interface CatalogueEntry {
  readonly sku: string;
  readonly productId: string;
  readonly title: string;
  /** null: copied by an earlier version; a rebuild of the copy fills them in. */
  readonly options: Options | null;
  readonly price: Money;
  readonly active: boolean;
  /** Version of the product this was read from. */
  readonly version: number;
  /** Time at which that version was made, epoch milliseconds: decides between two products that have had the same SKU. */
  readonly changedAt: number;
}

/** The version of a product that the copy has, and its SKUs in that version; found by product. */
export interface CatalogueProduct {
  readonly id: string;
  readonly version: number;
  readonly skus: readonly string[];
}

/** A product as Product describes it, in an event or by REST. */
export interface ProductState {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly active: boolean;
  /** epoch milliseconds */
  readonly changedAt: number;
  readonly variants: readonly { readonly sku: string; readonly options: Options; readonly price: Money }[];
}

interface CatalogueChange {
  readonly product: CatalogueProduct;
  readonly entries: readonly CatalogueEntry[];
  /** SKUs that the product no longer has. */
  readonly gone: readonly string[];
}

/**
 * Changes that a product's state makes to the copy; undefined when the copy has this version or a newer one already.
 * A SKU that has moved to another product stays with the one that was changed last, however late the other's state arrives.
 */
export function copyProduct(
  known: CatalogueProduct | undefined,
  state: ProductState,
  entryOf: (sku: string) => CatalogueEntry | undefined,
): CatalogueChange | undefined {
  if (known !== undefined && known.version >= state.version) return undefined;
  const { id, version, title, active, changedAt, variants } = state;
  const isTaken = (sku: string) => {
    const entry = entryOf(sku);
    return entry !== undefined && entry.productId !== id && entry.changedAt > changedAt;
  };
  const left = leftSkus(known, state);
  return {
    product: { id, version, skus: variants.map(({ sku }) => sku) },
    entries: variants
      .filter(({ sku }) => !isTaken(sku))
      .map(({ sku, options, price }) => ({ sku, productId: id, title, options, price, active, version, changedAt })),
    gone: left.filter((sku) => entryOf(sku)?.productId === id),
  };
}

/** SKUs that the product had in its last known version and no longer has. */
export function leftSkus(known: CatalogueProduct | undefined, { variants }: ProductState): readonly string[] {
  return known?.skus.filter((sku) => !variants.some((variant) => variant.sku === sku)) ?? [];
}

/** The fields of a product that Order reads; all others may change without affecting it. */
interface ToldProduct {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly status: string;
  readonly updatedAt: string;
  readonly variants: readonly { readonly sku: string; readonly options: Options; readonly price: Money }[];
}

/** Converts a product to the form that the catalogue copy takes. */
export function productState({ id, version, title, status, updatedAt, variants }: ToldProduct): ProductState {
  return {
    id,
    version,
    title,
    active: status === 'active',
    changedAt: Date.parse(updatedAt),
    variants: variants.map(({ sku, options, price }) => ({ sku, options, price })),
  };
}

/** Topics whose events carry the whole state of a product. */
export const PRODUCT_TOPICS = ['product.created', 'product.updated', 'product.price_changed', 'product.archived'] as const;

export type ProductTopic = (typeof PRODUCT_TOPICS)[number];

/** The product that an event carries; undefined: it carries none. */
export function productPayload(event: AnyEvent): ProductState | undefined {
  switch (event.type) {
    case 'product.created':
    case 'product.updated':
    case 'product.price_changed':
    case 'product.archived':
      return productState(event.data.product);
    default:
      return undefined;
  }
}

/** Asks Product directly, for SKUs that no event has mentioned yet. */
export interface CatalogueLookup {
  /** The products on sale that have one of these SKUs (1 to 100). Throws CatalogueUnavailableError. */
  find(skus: readonly string[]): Promise<readonly ProductState[]>;
}

/** Product did not answer in time, or its answer was not products. */
export class CatalogueUnavailableError extends Error {
  readonly code = 'catalogue-unavailable';
  constructor(options?: ErrorOptions) {
    super('Product gave no answer', options);
    this.name = 'CatalogueUnavailableError';
  }
}

/** There is one catalogue, so there is one row. */
export const REBUILD_ID = 'catalogue';

/** State of the rebuild of the catalogue copy, or outcome of the last one. */
export interface CatalogueRebuild {
  readonly id: typeof REBUILD_ID;
  /** Distinguishes one rebuild from the next. */
  readonly run: string;
  /** While `reading`, every product that reaches the copy in use goes into the fresh one as well. */
  readonly status: 'emptying' | 'reading' | 'done' | 'failed';
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly updatedAt: number;
  /** Messages read so far, out of `total`. */
  readonly messages: number;
  readonly total: number;
  /** Messages that cannot be read. */
  readonly skipped: number;
  readonly failure: string | null;
}

export type RebuildStep =
  | { readonly type: 'begin' }
  | { readonly type: 'read'; readonly messages: number; readonly total: number; readonly skipped: number }
  | { readonly type: 'done' }
  | { readonly type: 'fail'; readonly failure: string };

/** The rebuild after a step; undefined: another rebuild has begun since, or this one has ended. */
export function advanceRebuild(
  known: CatalogueRebuild | undefined,
  run: string,
  step: RebuildStep,
  now: number,
): CatalogueRebuild | undefined {
  if (step.type === 'begin') {
    const nothing = { messages: 0, total: 0, skipped: 0, failure: null };
    return { id: REBUILD_ID, run, status: 'emptying', startedAt: now, updatedAt: now, ...nothing };
  }
  if (known === undefined || known.run !== run || known.status === 'done' || known.status === 'failed') return undefined;
  const at = { ...known, updatedAt: now };
  switch (step.type) {
    case 'read':
      return { ...at, status: 'reading', messages: step.messages, total: step.total, skipped: step.skipped };
    case 'done':
      return { ...at, status: 'done' };
    case 'fail':
      return { ...at, status: 'failed', failure: step.failure };
    default:
      return step satisfies never;
  }
}
