import { answerOnce } from '@souk/chassis/service/answer-once';
import { entityTag, obeyingIfMatch, requireIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, NotModified, router } from '@souk/chassis/web/app/router';
import { idPages } from '@souk/chassis/web/paging';
import { fieldsRefused, invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { readAddress } from '@souk/chassis/web/problems/field-errors';
import { addressRules } from '@souk/contracts/address-rules';
import { ListQuery } from '@souk/contracts/paging';
import { Address as PublishedAddress, AddressPage, CreateAddress, PatchAddress } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { type Address, addressIn } from '../domain/address-book.ts';
import { addressRepresentation } from '../domain/representations.ts';
import type { UserEngine, UserReads } from '../storage/user-store.ts';
import { addAddress, type Added, changeAddress, removeAddress } from '../usecases/addresses.ts';
import { accountGone, waitSeconds } from './refused.ts';

interface AddressRouteDeps {
  readonly commands: Pick<UserEngine, 'execute' | 'executeOnce'>;
  readonly reads: Pick<UserReads, 'addressBook'>;
  readonly addressesPerUser: number;
}

const addresses = idPages('addresses');
const ById = Type.Object({ id: Uuid });

/** Routes of a user's shipping addresses: several, one of them the default. */
export function addressRoutes({ commands, reads, addressesPerUser: limit }: AddressRouteDeps) {
  return router()
    .get('/users/me/addresses', ({ principal, query }) => addresses(query, addressRepresentation, async ({ before }) => {
      const book = await reads.addressBook(principal.userId);
      return (book?.addresses ?? []).filter(({ id }) => before === undefined || id < before).toReversed();
    }), {
      signedIn: true,
      query: ListQuery,
      response: { 200: AddressPage },
      detail: { summary: "The caller's own addresses, newest first" },
    })
    .post('/users/me/addresses', async ({ body, principal: { userId }, idempotency, request }) => {
      const asked = { userId, address: await readAddress(body), limit };
      return answerOnce(commands, addAddress, asked, { idempotency, request }, answerOf(limit));
    }, {
      signedIn: true,
      idempotent: 'optional',
      refuses: ['conflict', 'not-found', 'too-many-requests'],
      body: CreateAddress,
      response: { 201: PublishedAddress },
      detail: { summary: `One more address; ${limit} at most, and 100 additions a day` },
    })
    .get('/users/me/addresses/:id', async ({ params, principal, set }) => {
      const address = addressIn(await reads.addressBook(principal.userId), params.id);
      if (address === undefined) throw noSuchAddress();
      return shown(address, set.headers);
    }, {
      signedIn: true,
      params: ById,
      response: { 200: PublishedAddress, 304: NotModified },
      detail: { summary: "One of the caller's own addresses" },
    })
    .patch('/users/me/addresses/:id', async ({ body, params, principal, request, set }) => {
      const { readChanges } = await addressRules();
      const requireVersion = (version: number) => requireIfMatch(request, version);
      const asked = { userId: principal.userId, addressId: params.id, changes: body, readChanges, requireVersion };
      const answer = await commands.execute(changeAddress, asked, causeOf(request));
      if (answer.kind === 'address-unknown') throw noSuchAddress();
      if (answer.kind === 'invalid') throw fieldsRefused('validation', answer.errors);
      if (answer.kind === 'is-default') throw invalid('/isDefault', 'cannot be unset: make another address the default');
      return shown(answer.address, set.headers);
    }, {
      signedIn: true,
      refuses: ['precondition-required', 'precondition-failed'],
      params: ById,
      body: PatchAddress,
      response: { 200: PublishedAddress },
      detail: { summary: 'Change an address, or make it the default (JSON merge patch)' },
    })
    .delete('/users/me/addresses/:id', async ({ params, principal, request }) => {
      const asked = { userId: principal.userId, addressId: params.id, requireVersion: obeyingIfMatch(request) };
      if (!(await commands.execute(removeAddress, asked, causeOf(request)))) throw noSuchAddress();
      return noContent();
    }, {
      signedIn: true,
      refuses: ['precondition-failed'],
      params: ById,
      response: { 204: NoContent },
      detail: { summary: 'Remove an address; the newest of the others takes its place as default' },
    });
}

function noSuchAddress() {
  return problem('not-found', { detail: 'You have no such address: GET /users/me/addresses lists yours.' });
}

function answerOf(limit: number) {
  return (added: Added) => {
    if (added.kind === 'user-unknown') return accountGone();
    if (added.kind === 'full') return problem('conflict', { detail: `You have ${limit} addresses already: remove one first.` });
    if (added.kind === 'too-often') return addressesAddedTooOften(added.waitMs);
    const { address } = added;
    const headers = { location: `/users/me/addresses/${address.id}`, etag: entityTag(address.version) };
    return storedAnswer(201, addressRepresentation(address), headers);
  };
}

function shown(address: Address, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(address.version);
  return addressRepresentation(address);
}

function addressesAddedTooOften(ms: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `You have added 100 addresses within a day: change an existing one, or wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}
