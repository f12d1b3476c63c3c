import { answerOnce } from '@souk/chassis/service/answer-once';
import { entityTag, obeyingIfMatch, requireIfMatch } from '@souk/chassis/web/app/entity-tag';
import { storedAnswer } from '@souk/chassis/web/app/idempotency';
import type { Problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { CreateProduct, PatchProduct, Product as PublishedProduct, PutVariant } from '@souk/contracts/http/product';
import { Sku, Uuid } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import { productRepresentation } from '../domain/product-representation.ts';
import type { Answer } from '../usecases/answer.ts';
import { archiveProduct } from '../usecases/archive-product.ts';
import type { RequireVersion } from '../usecases/change-of-product.ts';
import { createProduct } from '../usecases/create-product.ts';
import { patchProduct } from '../usecases/patch-product.ts';
import { putVariant } from '../usecases/put-variant.ts';
import type { Commands } from './commands.ts';
import { accepted, refused } from './refused.ts';

const TOLD_WHOLE =
  'Others hear of a product in one message with all of it, variants and options included. A change after which that message would ' +
  'have more than 1,048,576 bytes is refused with `event-too-large`, which says `limit` and `size`.';

const ById = Type.Object({ id: Uuid });

/** Routes by which staff changes the catalogue. */
export function changeRoutes(commands: Commands) {
  return router()
    .post('/products', ({ body, principal, ...request }) => {
      return answerOnce(commands, createProduct, { asked: body, actor: principal.userId }, request, creation);
    }, {
      role: 'staff',
      idempotent: 'optional',
      refuses: ['sku-taken', 'slug-taken', 'category-unknown', 'event-too-large'],
      body: CreateProduct,
      response: { 201: PublishedProduct },
      detail: { summary: 'Add a product, as a draft', description: TOLD_WHOLE },
    })
    .patch('/products/:id', async ({ body, params, principal, request, set }) => {
      const asked = { productId: params.id, asked: body, actor: principal.userId, requireVersion: matching(request) };
      return changed(await commands.execute(patchProduct, asked, causeOf(request)), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-required', 'precondition-failed', 'slug-taken', 'category-unknown', 'event-too-large'],
      params: ById,
      body: PatchProduct,
      response: { 200: PublishedProduct },
      detail: { summary: 'Change a product (JSON merge patch)', description: TOLD_WHOLE },
    })
    .put('/products/:id/variants/:sku', async ({ body, params, principal, request, set }) => {
      const { id: productId, sku } = params;
      const asked = { productId, sku, asked: body, actor: principal.userId, requireVersion: matching(request) };
      return changed(await commands.execute(putVariant, asked, causeOf(request)), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-required', 'precondition-failed', 'sku-taken', 'conflict', 'event-too-large'],
      params: Type.Object({ id: Uuid, sku: Sku }),
      body: PutVariant,
      response: { 200: PublishedProduct },
      detail: { summary: 'Set the price and options of a variant, or add it', description: TOLD_WHOLE },
    })
    .post('/products/:id/archive', async ({ params, principal, request, set }) => {
      const asked = { productId: params.id, actor: principal.userId, requireVersion: obeyingIfMatch(request) };
      return changed(await commands.execute(archiveProduct, asked, causeOf(request)), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-failed'],
      params: ById,
      response: { 200: PublishedProduct },
      detail: {
        summary: 'Take a product out of sale',
        description: 'Works whatever its size: the event of one that is near the limit has no description, attributes, options and images.',
      },
    });
}

function creation(answer: Answer): StoredAnswer | Problem {
  if (answer.kind !== 'done') return refused(answer);
  const { product } = answer;
  return storedAnswer(201, productRepresentation(product), {
    etag: entityTag(product.version),
    location: `/products/${product.id}`,
  });
}

function changed(answer: Answer, headers: Record<string, string | number>) {
  const product = accepted(answer);
  headers['etag'] = entityTag(product.version);
  return productRepresentation(product);
}

function matching(request: Request): RequireVersion {
  return (version) => requireIfMatch(request, version);
}
