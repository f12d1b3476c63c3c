import { isUnchanged } from '@souk/chassis/web/app/conditional-requests';
import { answerInParts } from '@souk/chassis/web/app/long-answers';
import { problem } from '@souk/chassis/web/problems/problem';
import { PART_BYTES, type ProductImage } from '../domain/product-image.ts';
import { byteRange } from './byte-range.ts';

/** A year; the bytes behind a URL never change. */
const FOR_GOOD = 'max-age=31536000, immutable';

export function imageTag(id: string): string {
  return `"${id}"`;
}

interface ShownImage {
  readonly image: ProductImage;
  /** in bytes */
  readonly size: number;
  /** True when everybody may see it. */
  readonly isPublic: boolean;
}

/** Reads bytes from `from` up to, but not including, `to`; may return fewer when the image is stored in parts. */
type ReadSlice = (from: number, to: number) => Promise<Uint8Array>;

/**
 * The response with the bytes, or with the range that was asked for; throws the 416 problem. No bytes are read when the caller
 * has the image already, or sends HEAD.
 */
export async function imageAnswer(request: Request, { image, size, isPublic }: ShownImage, read: ReadSlice): Promise<Response> {
  const etag = imageTag(image.id);
  const headers = {
    'content-type': image.contentType,
    etag,
    'cache-control': `${isPublic ? 'public' : 'private'}, ${FOR_GOOD}`,
    'accept-ranges': 'bytes',
    // Contains nothing that the uploader has chosen.
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

/** The Range header; null where a 304 may do (If-None-Match), or the caller has part of another image and needs all (If-Range). */
function wantedRange({ headers }: Request, etag: string): string | null {
  const known = headers.get('if-range');
  if (headers.has('if-none-match') || (known !== null && known !== etag)) return null;
  return headers.get('range');
}
