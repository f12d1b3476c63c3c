import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import { lowestPrice, type Product, spreadTo } from '../domain/product.ts';
import { gramsOf, searchText } from '../domain/search.ts';
import { titleKey } from '../domain/sort-position.ts';
import { categoryTreeDocuments, categoryUseDocuments } from './category-documents.ts';
import { imageDocuments, imagePartDocuments } from './image-documents.ts';
import { priceDocuments } from './price-documents.ts';
import type { ProductDocument } from './product-document.ts';
import type { ProductCollections } from './product-store.ts';

type Entries = ProductDocument['attributes'];
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
  categoryTrees: categoryTreeDocuments,
  categoryUse: categoryUseDocuments,
  priceChanges: priceDocuments,
  imageBytes: imageDocuments,
  imageParts: imagePartDocuments,
};

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

/** The pieces of a text as the text index holds them. */
export function searchGrams(text: string): string {
  return gramsOf(text).map(gramTerm).join(' ');
}

/** A piece in hexadecimal, in which the index sees no punctuation, mark or stop word. */
export function gramTerm(gram: string): string {
  return Buffer.from(gram).toString('hex');
}

function toEntries(map: Readonly<Record<string, string>>): Entries {
  return Object.entries(map).map(([name, value]) => ({ name, value }));
}

function fromEntries(entries: Entries): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}
