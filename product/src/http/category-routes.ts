import { answerOnce } from '@souk/chassis/service/answer-once';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { entityTag, obeyingIfMatch, requireIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, NotModified, router } from '@souk/chassis/web/app/router';
import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import {
  CATEGORIES_LIMIT,
  Category as PublishedCategory,
  CATEGORY_LEVELS,
  CategoryTree as PublishedTree,
  CreateCategory,
  PatchCategory,
} from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { type Category, categoryOf, categoryRepresentation, treeRepresentation } from '../domain/category-tree.ts';
import type { ProductReads } from '../storage/product-store.ts';
import { type CategoryAnswer, type CategoryRefusal, createCategory, deleteCategory, patchCategory } from '../usecases/categories.ts';
import type { Commands } from './product-routes.ts';

const ById = Type.Object({ id: Uuid });

/** Routes of categories: everybody may read them, staff may change them. */
export function categoryRoutes(reads: ProductReads, commands: Commands) {
  return router()
    .get('/categories', async ({ set }) => {
      const tree = await reads.categories();
      set.headers['etag'] = entityTag(tree.version);
      return { items: treeRepresentation(tree) };
    }, {
      maybeSignedIn: true,
      refuses: ['unavailable'],
      response: { 200: PublishedTree, 304: NotModified },
      detail: { summary: 'The category tree, in order' },
    })
    .get('/categories/:id', async ({ params, set }) => {
      const category = categoryOf(await reads.categories(), params.id);
      if (category === undefined) throw noSuchCategory();
      return shown(category, set.headers);
    }, {
      maybeSignedIn: true,
      refuses: ['unavailable'],
      params: ById,
      response: { 200: PublishedCategory, 304: NotModified },
      detail: { summary: 'One category' },
    })
    .post('/categories', ({ body, principal, ...request }) => {
      return answerOnce(commands, createCategory, { asked: body, actor: principal.userId }, request, creation);
    }, {
      role: 'staff',
      idempotent: 'optional',
      refuses: ['slug-taken', 'category-unknown', 'conflict'],
      body: CreateCategory,
      response: { 201: PublishedCategory },
      detail: { summary: 'Add a category' },
    })
    .patch('/categories/:id', async ({ body, params, principal, request, set }) => {
      const requireVersion = (version: number) => requireIfMatch(request, version);
      const asked = { categoryId: params.id, asked: body, actor: principal.userId, requireVersion };
      return shown(acceptedCategory(await commands.execute(patchCategory, asked, causeOf(request))), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-required', 'precondition-failed', 'slug-taken', 'category-unknown', 'category-cycle'],
      params: ById,
      body: PatchCategory,
      response: { 200: PublishedCategory },
      detail: { summary: 'Change or move a category (JSON merge patch)' },
    })
    .delete('/categories/:id', async ({ params, principal, request }) => {
      const asked = { categoryId: params.id, actor: principal.userId, requireVersion: obeyingIfMatch(request) };
      acceptedCategory(await commands.execute(deleteCategory, asked, causeOf(request)));
      return noContent();
    }, {
      role: 'staff',
      refuses: ['category-in-use', 'precondition-failed'],
      params: ById,
      response: { 204: NoContent },
      detail: { summary: 'Remove a category that has neither children nor products' },
    });
}

function creation(answer: CategoryAnswer): StoredAnswer | Problem {
  if (answer.kind !== 'done') return categoryRefused(answer.kind);
  const { category } = answer;
  return storedAnswer(201, categoryRepresentation(category), {
    etag: entityTag(category.version),
    location: `/categories/${category.id}`,
  });
}

function shown(category: Category, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(category.version);
  return categoryRepresentation(category);
}

/** The category of an answer; throws a refusal as the problem that callers see. */
function acceptedCategory(answer: CategoryAnswer): Category {
  if (answer.kind === 'done') return answer.category;
  throw categoryRefused(answer.kind);
}

function noSuchCategory(): Problem {
  return problem('not-found', { detail: 'There is no such category: GET /categories lists those there are.' });
}

const PARENT = '/parentId';

function categoryRefused(kind: CategoryRefusal['kind']): Problem {
  switch (kind) {
    case 'no-such-category':
      return noSuchCategory();
    case 'parent-unknown':
      return fieldsRefused('category-unknown', [{ pointer: PARENT, detail: 'is no category' }], 'GET /categories lists those there are');
    case 'category-cycle':
      return fieldsRefused('category-cycle', [{ pointer: PARENT, detail: 'lies below the category itself' }], 'choose another one');
    case 'too-deep':
      return fieldsRefused('validation', [{ pointer: PARENT, detail: `leads below level ${CATEGORY_LEVELS}` }], 'choose one further up');
    case 'category-slug-taken':
      return fieldsRefused('slug-taken', [{ pointer: '/slug', detail: 'belongs to another category' }], 'choose another one');
    case 'too-many-categories':
      return problem('conflict', { detail: `There are at most ${CATEGORIES_LIMIT} categories: remove one first.` });
    case 'category-in-use':
      return problem('category-in-use', { detail: 'Categories or products are in it: move or remove them first.' });
    default:
      return kind satisfies never;
  }
}
