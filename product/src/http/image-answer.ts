import { problem } from '@souk/chassis/http/problem';
import type { ProductImage } from '../domain/product-image.ts';
import { byteRange } from './byte-range.ts';

/** A year; the bytes behind an address never change. */
const FOR_GOOD = 'max-age=31536000, immutable';

export function imageTag(id: string): string {
  return `"${id}"`;
}

/** The bytes or the part of them that was asked for; throws the 416 problem. `isPublic`: everybody may see them. */
export function imageAnswer(request: Request, image: ProductImage, bytes: Uint8Array, isPublic: boolean): Response {
  const etag = imageTag(image.id);
  const headers = {
    'content-type': image.contentType,
    etag,
    'cache-control': `${isPublic ? 'public' : 'private'}, ${FOR_GOOD}`,
    'accept-ranges': 'bytes',
  };
  const size = bytes.byteLength;
  const range = byteRange(wantedRange(request, etag), size);
  if (range === 'none') {
    throw problem('range-not-satisfiable', {
      detail: `The image has ${size} bytes: ask for a range within them.`,
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  if (range === undefined) return new Response(Buffer.from(bytes), { headers });
  const { from, to } = range;
  return new Response(Buffer.from(bytes.subarray(from, to + 1)), {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${size}` },
  });
}

/** Who has the image may be told so instead (If-None-Match); who has part of another one (If-Range) needs all of this. */
function wantedRange({ headers }: Request, etag: string): string | null {
  const known = headers.get('if-range');
  if (headers.has('if-none-match') || (known !== null && known !== etag)) return null;
  return headers.get('range');
}
