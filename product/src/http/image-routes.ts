import { answerOnce } from '@souk/chassis/service/answer-once';
import { obeyIfMatch } from '@souk/chassis/web/app/entity-tag';
import { type Idempotency, storedAnswer } from '@souk/chassis/web/app/idempotency';
import { NoContent, noContent } from '@souk/chassis/web/bodies/no-body';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { PatchProductImage, ProductImage as PublishedImage, WithImage } from '@souk/contracts/http/product-image';
import { Uuid } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import { imageOf } from '../domain/product-image.ts';
import type { ProductReads } from '../storage/product-store.ts';
import { addImage } from '../usecases/add-image.ts';
import type { ImageAnswer } from '../usecases/change-of-images.ts';
import { deleteImage } from '../usecases/delete-image.ts';
import { patchImage } from '../usecases/patch-image.ts';
import { atMost } from './at-most.ts';
import type { Commands } from './commands.ts';
import { imageAnswer, imageTag } from './image-answer.ts';
import { acceptedImage, imageRefused } from './image-refused.ts';
import { accepted } from './refused.ts';
import { UPLOAD, uploadedImage } from './uploaded-image.ts';
import { visible } from './visible.ts';

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
  const upload = atMost(UPLOADS);
  return router()
    .post('/products/:id/images', async ({ params, query, principal, idempotency, request }) => {
      const { bytes, image } = await uploadedImage(request, query.alt);
      const asked = { productId: params.id, actor: principal.userId, image, bytes };
      const once = { request, idempotency: idempotency && ofThese(bytes, image.alt, idempotency) };
      return upload(() => answerOnce(commands, addImage, asked, once, creation));
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
