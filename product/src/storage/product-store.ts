import type { Looked } from '@souk/chassis/web/paging';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { CategoryTree, CategoryUse } from '../domain/category-tree.ts';
import type { SkuClaim, SlugClaim } from '../domain/claims.ts';
import type { ImageBytes, ImagePart } from '../domain/product-image.ts';
import type { PriceChange, Product } from '../domain/product.ts';
import type { ProductSort, SortPosition } from '../domain/sort-position.ts';

/**
 * The entities that decisions read. Claims are a view of the products, found by name: the store derives them from the
 * products it saves, keeps both kinds unique, and saves nothing for a claim itself.
 */
export type ProductCollections = {
  /** by id */
  readonly products: Product;
  /** by SKU */
  readonly skus: SkuClaim;
  /** by slug */
  readonly slugs: SlugClaim;
  /** under `TREE` */
  readonly categoryTrees: CategoryTree;
  /** by category */
  readonly categoryUse: CategoryUse;
  /** append-only */
  readonly priceChanges: PriceChange;
  /** by image */
  readonly imageBytes: ImageBytes;
  /** by `partId` */
  readonly imageParts: ImagePart;
};

export interface ProductFilter {
  readonly onlyActive: boolean;
  /** folded words, all of which must occur; none: everything */
  readonly words: readonly string[];
  /** products with at least one of these SKUs; undefined: all */
  readonly skus: readonly string[] | undefined;
  /** products in at least one of these categories; undefined: all */
  readonly categoryIds: readonly string[] | undefined;
  /** minor units, inclusive; a single variant must be within both limits */
  readonly minPrice: number | undefined;
  readonly maxPrice: number | undefined;
}

export interface ProductSlice {
  readonly sort: ProductSort;
  /** The last product of the previous page; undefined: from the start. */
  readonly after: SortPosition | undefined;
  readonly limit: number;
}

export interface ListedProduct {
  readonly product: Product;
  /** Its position when it was found: the next page continues from there. */
  readonly place: SortPosition;
}

export interface ProductReads {
  byId(id: string): Promise<Product | undefined>;
  bySlug(slug: string): Promise<Product | undefined>;
  /**
   * Sorted by the key of `positionOf` and then by id, both descending for `-price` and `newest`.
   * Text is compared by its code points. The cost is bounded whatever matches, so it may return fewer products than match,
   * together with the position it has reached.
   */
  list(filter: ProductFilter, slice: ProductSlice): Promise<Looked<ListedProduct, SortPosition>>;
  categories(): Promise<CategoryTree>;
  /** Newest first: by version, then by SKU, both descending. */
  priceHistory(filter: PriceFilter, slice: PriceSlice): Promise<readonly PriceChange[]>;
  /** Size of an image in bytes, without reading them; undefined: there is no such image. */
  imageSize(id: string): Promise<number | undefined>;
  /** Bytes of an image from `from` up to, but not including, `to`; fewer across parts. Reads no more of them than the engine must. */
  imageSlice(id: string, from: number, to: number): Promise<Uint8Array>;
}

export interface PriceFilter {
  readonly productId: string;
  /** undefined: all */
  readonly sku: string | undefined;
}

export interface PriceSlice {
  /** The last entry of the previous page; undefined: from the start. */
  readonly after: Pick<PriceChange, 'version' | 'sku'> | undefined;
  readonly limit: number;
}

export interface ProductStore extends ServiceStore<ProductCollections> {
  readonly reads: ProductReads;
}
