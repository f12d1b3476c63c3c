import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import { PriceChange as PublishedPriceChange } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { closed } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import type { PriceChange } from '../domain/price-change.ts';

const { sku, price, previous, actor } = PublishedPriceChange.properties;

export const PriceDocument = closed({
  _id: Type.String(),
  productId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  sku,
  price,
  previous,
  at: Type.Integer({ minimum: 0 }),
  actor,
});
export type PriceDocument = Static<typeof PriceDocument>;

/** Append-only, and never read by a decision. */
export const priceDocuments: DocumentCollection<PriceChange> = {
  collection: 'priceChanges',
  keyField: '_id',
  key: keyOf,
  toDocument: priceToDocument,
  fromDocument: (document) => [priceFromDocument(document as PriceDocument)],
};

function keyOf({ productId, version, sku: of }: PriceChange): string {
  return `${productId} ${version} ${of}`;
}

export function priceToDocument(change: PriceChange): PriceDocument {
  return { ...change, _id: keyOf(change) };
}

export function priceFromDocument(document: PriceDocument): PriceChange {
  const { productId, version, sku: of, price: now, previous: before, at, actor: by } = document;
  return { productId, version, sku: of, price: now, previous: before, at, actor: by };
}
