import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import {
  Category,
  PriceChange as PublishedPriceChange,
  Product as PublishedProduct,
  ProductImage as PublishedImage,
  Variant as PublishedVariant,
} from '@souk/contracts/http/product';
import { KeptName, Uuid } from '@souk/contracts/strings';
import { closed } from '@souk/contracts/schema';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import type { Binary } from 'mongodb';
import { type CategoryTree, TREE } from '../../domain/category-tree.ts';
import { IMAGES_LIMIT } from '../../domain/product-image.ts';
import { lowestPrice, type PriceChange, type Product, spreadTo, VARIANTS_LIMIT } from '../../domain/product.ts';
import { gramsOf, searchText } from '../../domain/search.ts';
import { titleKey } from '../../domain/sort-position.ts';
import type { ProductCollections } from '../product-store.ts';

type ProductDocuments = { readonly [N in keyof ProductCollections]: DocumentCollection<ProductCollections[N]> };

/** Mapping of products, and of the claims derived from them, to MongoDB. */
export const productDocuments: ProductDocuments = {
  products: {
    collection: 'products',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: productToDocument,
    fromDocument: (document) => [productFromDocument(document as ProductDocument)],
  },
  skus: {
    collection: 'products',
    keyField: 'variants.sku',
    key: ({ sku }) => sku,
    toDocument: null,
    fromDocument: (document) => {
      const { _id: productId, variants } = document as ProductDocument;
      return variants.map(({ sku }) => ({ sku, productId }));
    },
  },
  slugs: {
    collection: 'products',
    keyField: 'slug',
    key: ({ slug }) => slug,
    toDocument: null,
    fromDocument: (document) => {
      const { _id: productId, slug } = document as ProductDocument;
      return [{ slug, productId }];
    },
  },
  categoryTrees: {
    collection: 'categoryTrees',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id, ...rest }) => ({ ...rest, _id: id }),
    fromDocument: (document) => [treeFromDocument(document as CategoryTreeDocument)],
  },
  categoryUse: {
    collection: 'categoryUse',
    keyField: '_id',
    key: ({ categoryId }) => categoryId,
    toDocument: ({ categoryId, products }) => ({ _id: categoryId, products }),
    fromDocument: (document) => {
      const { _id: categoryId, products } = document as CategoryUseDocument;
      return [{ categoryId, products }];
    },
  },
  /** Append-only, and never read by a decision. */
  priceChanges: {
    collection: 'priceChanges',
    keyField: '_id',
    key: priceKey,
    toDocument: priceToDocument,
    fromDocument: (document) => [priceFromDocument(document as PriceDocument)],
  },
  /**
   * One document for each part, written in the transaction that writes the product and its event. GridFS does not take part in
   * transactions (its chunks exist before the product names them, or after it is gone).
   */
  imageBytes: {
    collection: 'imageBytes',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id, ...image }) => ({ _id: id, ...image }),
    fromDocument: (document) => {
      const { _id: id, productId, size = null, bytes } = document as ImageDocument;
      return [{ id, productId, size, bytes: bytes.value() }];
    },
  },
  imageParts: {
    collection: 'imageParts',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id, bytes }) => ({ _id: id, bytes }),
    fromDocument: (document) => {
      const { _id: id, bytes } = document as ImagePartDocument;
      return [{ id, bytes: bytes.value() }];
    },
  },
};

/**
 * A map whose names users choose, stored as a list. As a document it would not come back as it was: the driver turns one
 * with `$ref` and `$id` into a reference (DBRef), and refuses one with `_bsontype`.
 */
const Entries = Type.Array(closed({ name: Type.String(), value: KeptName }));
type Entries = Static<typeof Entries>;

const EpochMs = Type.Integer({ minimum: 0 });
const Version = Type.Integer({ minimum: 1 });

const { properties: ofProduct } = PublishedProduct;
const { properties: ofImage } = PublishedImage;
const { properties: ofVariant } = PublishedVariant;

/** A `SortPosition`. MongoDB compares it as one value, `key` first: a page starts with a single index seek. */
function position<Key extends TSchema>(key: Key) {
  return closed({ key, id: ofProduct.id });
}

/** A product in MongoDB: its data, and the fields that it is searched and sorted by. */
export const ProductDocument = closed({
  _id: ofProduct.id,
  slug: ofProduct.slug,
  title: ofProduct.title,
  description: ofProduct.description,
  status: ofProduct.status,
  categoryIds: ofProduct.categoryIds,
  attributes: Entries,
  variants: Type.Array(closed({ sku: ofVariant.sku, options: Entries, price: ofVariant.price }), { minItems: 1, maxItems: VARIANTS_LIMIT }),
  images: Type.Array(
    closed({ id: ofProduct.id, alt: ofImage.alt, width: ofImage.width, height: ofImage.height, contentType: ofImage.contentType }),
    { maxItems: IMAGES_LIMIT },
  ),
  version: ofProduct.version,
  createdAt: EpochMs,
  updatedAt: EpochMs,
  searchText: Type.String(),
  /** `gramsOf` the text, each written in letters and digits only, so that the text index takes each as one word */
  searchGrams: Type.String(),
  /** True when its variants differ in price. Absent in documents of an earlier version. */
  pricesDiffer: Type.Optional(Type.Boolean()),
  positions: closed({
    title: position(Type.String()),
    price: position(ofVariant.price.properties.amount),
    newest: position(EpochMs),
  }),
});
export type ProductDocument = Static<typeof ProductDocument>;

/** Products with two variants or more. A partial index serves only queries that repeat its filter literally. */
export const SEVERAL_VARIANTS = { 'variants.1': { $exists: true } };

export function productToDocument(product: Product): ProductDocument {
  const { id, attributes, variants, categoryIds, images, ...same } = product;
  const text = searchText(product);
  return {
    ...same,
    _id: id,
    categoryIds: [...categoryIds],
    attributes: toEntries(attributes),
    variants: variants.map(({ options, ...rest }) => ({ ...rest, options: toEntries(options) })),
    images: [...images],
    searchText: text,
    searchGrams: searchGrams(text),
    pricesDiffer: spreadTo(product) !== undefined,
    positions: {
      title: { key: titleKey(product.title), id },
      price: { key: lowestPrice(product), id },
      newest: { key: product.createdAt, id },
    },
  };
}

export function productFromDocument(document: ProductDocument): Product {
  const { _id: id, slug, title, description, status, categoryIds, images } = document;
  const { attributes, variants, version, createdAt, updatedAt } = document;
  return {
    id,
    slug,
    title,
    description,
    status,
    categoryIds,
    attributes: fromEntries(attributes),
    variants: variants.map(({ sku, options, price }) => ({ sku, options: fromEntries(options), price })),
    images,
    version,
    createdAt,
    updatedAt,
  };
}

function toEntries(map: Readonly<Record<string, string>>): Entries {
  return Object.entries(map).map(([name, value]) => ({ name, value }));
}

function fromEntries(entries: Entries): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

/** The pieces of a text as the text index holds them. */
export function searchGrams(text: string): string {
  return gramsOf(text).map(gramTerm).join(' ');
}

/** A piece in hexadecimal, in which the index sees no punctuation, mark or stop word. */
export function gramTerm(gram: string): string {
  return Buffer.from(gram).toString('hex');
}

export const CategoryTreeDocument = closed({
  _id: Type.Literal(TREE),
  version: Version,
  categories: Type.Array(closed({ ...Category.properties, version: Version })),
});
export type CategoryTreeDocument = Static<typeof CategoryTreeDocument>;

export function treeFromDocument({ _id: id, version, categories }: CategoryTreeDocument): CategoryTree {
  return { id, version, categories };
}

export const CategoryUseDocument = closed({
  _id: Category.properties.id,
  products: Type.Integer({ minimum: 0 }),
});
type CategoryUseDocument = Static<typeof CategoryUseDocument>;

const { properties: ofPriceChange } = PublishedPriceChange;

export const PriceDocument = closed({
  _id: Type.String(),
  productId: Uuid,
  version: Version,
  sku: ofPriceChange.sku,
  price: ofPriceChange.price,
  previous: ofPriceChange.previous,
  at: EpochMs,
  actor: ofPriceChange.actor,
});
export type PriceDocument = Static<typeof PriceDocument>;

export function priceToDocument(change: PriceChange): PriceDocument {
  return { ...change, _id: priceKey(change) };
}

export function priceFromDocument({ productId, version, sku, price, previous, at, actor }: PriceDocument): PriceChange {
  return { productId, version, sku, price, previous, at, actor };
}

function priceKey({ productId, version, sku }: PriceChange): string {
  return `${productId} ${version} ${sku}`;
}

export interface ImageDocument {
  readonly _id: string;
  readonly productId: string;
  /** null or absent: the bytes are in this document, and there are no parts */
  readonly size?: number | null;
  readonly bytes: Binary;
}

export interface ImagePartDocument {
  readonly _id: string;
  readonly bytes: Binary;
}
