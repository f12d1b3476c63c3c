import { type Static, Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { impersonal } from '../personal.ts';
import { closed, nullable, oneOf } from '../schema.ts';
import { FreeText, KeptFreeText } from '../text.ts';

export const ImageType = oneOf('image/png', 'image/jpeg', 'image/webp', 'image/gif');
export type ImageType = Static<typeof ImageType>;

/** Text that stands in for the image where it cannot be seen. */
const AltText = impersonal(Type.String({ ...FreeText, maxLength: 500 }));
const KeptAltText = impersonal(Type.String({ ...KeptFreeText, maxLength: 500 }));

const Position = Type.Integer({ minimum: 0, maximum: 19 });
const Pixels = Type.Integer({ minimum: 1 });

/** `url` is relative to the service; the bytes behind it never change. The first image has position 0. */
export const ProductImage = closed({
  id: Uuid,
  url: impersonal(Type.String()),
  alt: KeptAltText,
  position: Position,
  width: Pixels,
  height: Pixels,
  contentType: ImageType,
});
export type ProductImage = Static<typeof ProductImage>;

/** Fields that come with the image in an upload. */
export const WithImage = closed({ alt: Type.Optional(AltText) });

/** JSON merge patch. Moving an image shifts those between its old and its new place. */
export const PatchProductImage = closed({
  alt: Type.Optional(nullable(AltText)),
  position: Type.Optional(Position),
});
export type PatchProductImage = Static<typeof PatchProductImage>;
