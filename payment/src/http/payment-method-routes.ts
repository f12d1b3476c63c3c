import { answerOnce } from '@souk/chassis/service/answer-once';
import { idPages } from '@souk/chassis/web/paging';
import { storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import type { Engine } from '@souk/chassis/engine/engine';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { ListQuery } from '@souk/contracts/paging';
import { AddPaymentMethod, PaymentMethod as PublishedMethod, PaymentMethodPage } from '@souk/contracts/http/payment';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { GatewayTask } from '../domain/gateway-call.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import { within } from '../gateway/call-gateway.ts';
import type { Gateway, TokenDescription } from '../gateway/gateway.ts';
import type { PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { type Addition, addPaymentMethod, removePaymentMethod } from '../usecases/keep-payment-methods.ts';

interface PaymentMethodRoutesDeps {
  readonly commands: Pick<Engine<PaymentCollections, GatewayTask>, 'execute' | 'executeOnce'>;
  readonly reads: Pick<PaymentReads, 'method' | 'methods'>;
  readonly gateway: Pick<Gateway, 'describeToken'>;
  /** Milliseconds that the gateway may take to describe a token. */
  readonly gatewayTimeoutMs: number;
  readonly gatewayFailed: (error: unknown) => void;
  /** Maximum number of methods per customer. */
  readonly limit: number;
}

const ById = Type.Object({ id: Uuid });
const methods = idPages('payment-methods');

/** Routes for a customer's own payment methods: nobody else learns that they exist. */
export function paymentMethodRoutes(deps: PaymentMethodRoutesDeps) {
  const { commands, reads } = deps;
  const add = addPaymentMethod(deps.limit);
  return router()
    .post(
      '/payment-methods',
      async ({ body: { token, label }, principal: { userId }, ...request }) => {
        const described = await describeToken(token, deps);
        if (described === undefined) {
          throw fieldsRefused('payment-token-refused', [{ pointer: '/token', detail: 'is not known to the gateway' }], "get a new one from the gateway's form");
        }
        const method = { userId, token, ...described, label: label ?? described.label };
        return answerOnce(commands, add, method, request, added);
      },
      {
        signedIn: true,
        idempotent: 'optional',
        refuses: ['payment-token-refused', 'payment-method-limit', 'unavailable'],
        body: AddPaymentMethod,
        response: { 201: PublishedMethod },
        detail: { summary: 'Add a payment method by the token from the gateway' },
      },
    )
    .get(
      '/payment-methods',
      ({ query, principal: { userId } }) => methods(query, methodRepresentation, (slice) => reads.methods(userId, slice)),
      {
        signedIn: true,
        query: ListQuery,
        response: { 200: PaymentMethodPage },
        detail: { summary: 'Your payment methods, newest first' },
      },
    )
    .get(
      '/payment-methods/:id',
      async ({ params, principal }) => {
        const method = await reads.method(params.id);
        if (method?.userId !== principal.userId) throw noSuchMethod();
        return methodRepresentation(method);
      },
      {
        signedIn: true,
        params: ById,
        response: { 200: PublishedMethod },
        detail: { summary: 'One of your payment methods' },
      },
    )
    .delete(
      '/payment-methods/:id',
      async ({ params: { id }, principal: { userId }, request }) => {
        if (!(await commands.execute(removePaymentMethod, { id, userId }, causeOf(request)))) throw noSuchMethod();
        return noContent();
      },
      {
        signedIn: true,
        params: ById,
        response: { 204: NoContent },
        detail: { summary: 'Forget a payment method; payments that run on it go on' },
      },
    );
}

function noSuchMethod() {
  return problem('not-found', { detail: 'You have no such payment method: GET /payment-methods lists yours.' });
}

/** A problem when the caller was deleted since the token was checked, or has reached the limit. */
function added(addition: Addition): StoredAnswer | Problem {
  switch (addition.kind) {
    case 'added':
      return storedAnswer(201, methodRepresentation(addition.method), { location: `/payment-methods/${addition.method.id}` });
    case 'too-many':
      return problem('payment-method-limit', { detail: `You have ${addition.limit} payment methods, and may have no more: remove one (DELETE /payment-methods/{id}) first.` });
    case 'gone':
      return problem('unauthenticated', { detail: 'Your account was deleted: nothing can be added to it.' });
    default:
      return addition satisfies never;
  }
}

function methodRepresentation({ id, brand, last4, label, createdAt }: PaymentMethod): PublishedMethod {
  return { id, brand, last4, label, createdAt: new Date(createdAt).toISOString() };
}

/** undefined: the gateway does not know the token. Throws the 503 problem when the gateway gives no answer: a caller is waiting. */
async function describeToken(token: string, { gateway, gatewayTimeoutMs, gatewayFailed }: PaymentMethodRoutesDeps): Promise<TokenDescription | undefined> {
  try {
    return await within(gatewayTimeoutMs, (signal) => gateway.describeToken(token, signal));
  } catch (error) {
    gatewayFailed(error);
    throw problem('unavailable', { detail: 'The payment gateway does not answer: try again in 5 s.', headers: { 'retry-after': '5' } });
  }
}
