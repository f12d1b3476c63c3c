import { isUnchanged } from '@souk/chassis/web/app/entity-tag';
import { answerInParts } from '@souk/chassis/web/app/long-answer';
import { problem } from '@souk/chassis/web/problems/problem';
import { PART_BYTES, type ProductImage } from '../domain/product-image.ts';
import { byteRange } from './byte-range.ts';

/** A year; the bytes behind an address never change. */
const FOR_GOOD = 'max-age=31536000, immutable';

export function imageTag(id: string): string {
  return `"${id}"`;
}

interface ShownImage {
  readonly image: ProductImage;
  /** in bytes */
  readonly size: number;
  /** Everybody may see it. */
  readonly isPublic: boolean;
}

/** Bytes from `from` on, up to but without `to`; fewer where those are kept in parts. */
type ReadSlice = (from: number, to: number) => Promise<Uint8Array>;

/**
 * The bytes or the part of them that was asked for; throws the 416 problem. Nothing is read for who has the image already, or
 * wants to know about it only.
 */
export async function imageAnswer(request: Request, { image, size, isPublic }: ShownImage, read: ReadSlice): Promise<Response> {
  const etag = imageTag(image.id);
  const headers = {
    'content-type': image.contentType,
    etag,
    'cache-control': `${isPublic ? 'public' : 'private'}, ${FOR_GOOD}`,
    'accept-ranges': 'bytes',
    // Nothing in it comes from whoever uploaded the picture.
    'content-disposition': `inline; filename="${image.id}.${image.contentType.slice('image/'.length)}"`,
  };
  const range = byteRange(wantedRange(request, etag), size);
  if (range === 'none') {
    throw problem('range-not-satisfiable', {
      detail: `The image has ${size} bytes: ask for a range within them.`,
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const init =
    range === undefined ? { headers } : { status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${to}/${size}` } };
  const known = new Response(null, init);
  if (isUnchanged(request, known)) return known;
  return answerInParts(request, { length: to + 1 - from, held: PART_BYTES, read: (at) => read(from + at, Math.min(from + at + PART_BYTES, to + 1)) }, init);
}

/** Who has the image may be told so instead (If-None-Match); who has part of another one (If-Range) needs all of this. */
function wantedRange({ headers }: Request, etag: string): string | null {
  const known = headers.get('if-range');
  if (headers.has('if-none-match') || (known !== null && known !== etag)) return null;
  return headers.get('range');
}
