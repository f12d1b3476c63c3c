import { answerOnce } from '@souk/chassis/service/answer-once';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { type Idempotency, isUnchanged, obeyIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { answerInParts } from '@souk/chassis/web/app/long-answers';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { invalid, type Problem, problem, tooMuchToDo } from '@souk/chassis/web/problems/problem';
import { PatchProductImage, ProductImage as PublishedImage, WithImage } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { bulkhead } from 'cockatiel';
import { imageOf, IMAGES_LIMIT, PART_BYTES, type ProductImage } from '../domain/product-image.ts';
import type { ProductReads } from '../storage/product-store.ts';
import { addImage, deleteImage, type ImageAnswer, type ImageRefusal, patchImage } from '../usecases/images.ts';
import { accepted, type Commands, refused, visible } from './product-routes.ts';
import { UPLOAD, uploadedImage } from './uploaded-image.ts';

const ById = Type.Object({ id: Uuid });
const ByImage = Type.Object({ id: Uuid, imageId: Uuid });

/** Uploads that the writer has at the same time: they share a transaction, and take 20 MB of it at most. */
const UPLOADS = 4;

const BYTES = { content: Object.fromEntries(UPLOAD.types.filter((type) => type.startsWith('image/')).map((type) => [type, {}])) };
const IMAGE_ANSWERS = {
  200: { description: 'The image', ...BYTES },
  206: { description: 'A part of the image', ...BYTES },
  304: { description: 'The caller has it' },
};

/** Routes of product images: everybody sees those of products on sale; staff adds, orders and removes them. */
export function imageRoutes(reads: ProductReads, commands: Commands) {
  const uploads = bulkhead(UPLOADS);
  return router()
    .post('/products/:id/images', async ({ params, query, principal, idempotency, request }) => {
      const { bytes, image } = await uploadedImage(request, query.alt);
      const asked = { productId: params.id, actor: principal.userId, image, bytes };
      const once = { request, idempotency: idempotency && ofThese(bytes, image.alt, idempotency) };
      if (uploads.executionSlots === 0) throw tooMuchToDo(1);
      return uploads.execute(() => answerOnce(commands, addImage, asked, once, creation));
    }, {
      role: 'staff',
      idempotent: 'optional',
      rawBody: UPLOAD,
      refuses: ['image-too-large', 'validation', 'conflict', 'overloaded', 'event-too-large'],
      params: ById,
      query: Type.Object(WithImage.properties, { additionalProperties: true }),
      response: { 201: PublishedImage },
      detail: {
        summary: 'Add an image: the body itself, or the field `file` of a form',
        description: 'Its `alt` is in the query, or in a field of the form, which counts when both are there; without one it is empty.',
      },
    })
    .patch('/products/:id/images/:imageId', async ({ body, params, principal, request }) => {
      const asked = { productId: params.id, imageId: params.imageId, asked: body, actor: principal.userId, requireImage: obeying(request) };
      return acceptedImage(await commands.execute(patchImage, asked, causeOf(request)));
    }, {
      role: 'staff',
      refuses: ['event-too-large', 'precondition-failed'],
      params: ByImage,
      body: PatchProductImage,
      response: { 200: PublishedImage },
      detail: { summary: 'Describe an image, or move it (JSON merge patch)' },
    })
    .delete('/products/:id/images/:imageId', async ({ params, principal, request }) => {
      const asked = { productId: params.id, imageId: params.imageId, actor: principal.userId, requireImage: obeying(request) };
      accepted(await commands.execute(deleteImage, asked, causeOf(request)));
      return noContent();
    }, {
      role: 'staff',
      refuses: ['event-too-large', 'precondition-failed'],
      params: ByImage,
      response: { 204: NoContent },
      detail: { summary: 'Remove an image' },
    })
    .get('/products/:id/images/:imageId', async ({ params, principal, request }) => {
      const product = visible(await reads.byId(params.id), principal);
      const image = imageOf(product, params.imageId);
      const size = image && (await reads.imageSize(image.id));
      if (image === undefined || size === undefined) throw problem('not-found', { detail: 'The product has no such image: GET /products/{id} has its images.' });
      return imageAnswer(request, { image, size, isPublic: product.status === 'active' }, (from, to) => reads.imageSlice(image.id, from, to));
    }, {
      maybeSignedIn: true,
      refuses: ['range-not-satisfiable'],
      params: ByImage,
      detail: { summary: 'The bytes of an image, or a range of them', responses: IMAGE_ANSWERS },
    });
}

function obeying(request: Request): (id: string) => void {
  return (id) => obeyIfMatch(request, imageTag(id));
}

/** Adds the image to the fingerprint: other bytes, or another alt text, under the same idempotency key are another request. */
function ofThese(bytes: Uint8Array, alt: string, idempotency: Idempotency): Idempotency {
  const hasher = new Bun.CryptoHasher('sha256').update(idempotency.fingerprint).update(bytes);
  const fingerprint = hasher.update(alt).digest('base64url');
  return { ...idempotency, fingerprint };
}

function creation(answer: ImageAnswer): StoredAnswer | Problem {
  if (answer.kind !== 'done') return imageRefused(answer);
  const { image } = answer;
  return storedAnswer(201, image, { location: image.url });
}

/** The image of an answer; throws a refusal as the problem that callers see. */
function acceptedImage(answer: ImageAnswer): PublishedImage {
  if (answer.kind === 'done') return answer.image;
  throw imageRefused(answer);
}

function imageRefused(refusal: ImageRefusal): Problem {
  switch (refusal.kind) {
    case 'too-many-images':
      return problem('conflict', { detail: `A product has at most ${IMAGES_LIMIT} images: remove one first.` });
    case 'position-beyond':
      return invalid('/position', `must be less than ${refusal.images}, the number of images`);
    default:
      return refused(refusal);
  }
}

/** A year; the bytes behind a URL never change. */
const FOR_GOOD = 'max-age=31536000, immutable';

function imageTag(id: string): string {
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
async function imageAnswer(request: Request, { image, size, isPublic }: ShownImage, read: ReadSlice): Promise<Response> {
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

interface ByteRange {
  readonly from: number;
  /** the last byte, inclusive */
  readonly to: number;
}

const ONE_RANGE = /^bytes=(?<from>\d{0,15})-(?<to>\d{0,15})$/;

/**
 * The range that a Range header asks for (RFC 9110, 14.2). undefined: everything, also for several ranges or a header
 * that is not understood; 'none': beyond the end. `size` in bytes, above 0.
 */
export function byteRange(header: string | null, size: number): ByteRange | 'none' | undefined {
  const { from = '', to = '' } = ONE_RANGE.exec(header ?? '')?.groups ?? {};
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 ? 'none' : { from: Math.max(0, size - Number(to)), to: size - 1 };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) return 'none';
  return { from: Number(from), to: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
