import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import type { Binary } from 'mongodb';
import type { ImageBytes, ImagePart } from '../domain/product-image.ts';

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

/**
 * One document for each part, written in the transaction that writes the product and its event. GridFS does not take part in
 * transactions (its chunks exist before the product names them, or after it is gone).
 */
export const imageDocuments: DocumentCollection<ImageBytes> = {
  collection: 'imageBytes',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, ...image }) => ({ _id: id, ...image }),
  fromDocument: (document) => {
    const { _id: id, productId, size = null, bytes } = document as ImageDocument;
    return [{ id, productId, size, bytes: bytes.value() }];
  },
};

export const imagePartDocuments: DocumentCollection<ImagePart> = {
  collection: 'imageParts',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, bytes }) => ({ _id: id, bytes }),
  fromDocument: (document) => {
    const { _id: id, bytes } = document as ImagePartDocument;
    return [{ id, bytes: bytes.value() }];
  },
};
