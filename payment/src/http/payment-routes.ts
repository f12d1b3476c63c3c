import type { Engine } from '@souk/chassis/engine/engine';
import { onceResponse } from '@souk/chassis/service/answer-once';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { keyMissing, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { causeOf, tellAbout } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { idPages, rowsWithin } from '@souk/chassis/web/paging';
import { invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { hasFreshSecondFactor, hasRole, type Principal, secondFactorStale } from '@souk/chassis/web/sign-in/principal';
import { ListQuery } from '@souk/contracts/paging';
import {
  type OrderRefund,
  OrderRefundPage,
  Payment as PublishedPayment,
  PaymentPage,
  PaymentQuery,
  Refund as PublishedRefund,
  RefundPage,
  RefundQuery,
  RequestRefund,
} from '@souk/contracts/http/payment';
import { LONGEST_REASON, Uuid } from '@souk/contracts/strings';
import { formatMoney } from '@souk/contracts/money';
import { Type } from '@sinclair/typebox';
import type { GatewayTask } from '../domain/gateway-call.ts';
import type { Refund } from '../domain/payment.ts';
import type { RefundDecision } from '../domain/refund-saga.ts';
import type { AskedPayment, PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { refundPayment } from '../usecases/advance-payment.ts';

const ById = Type.Object({ id: Uuid });
const payments = idPages('payments');
const refunds = idPages('refunds', rowsWithin(LONGEST_REASON));
const allRefunds = idPages('refunds of all payments', rowsWithin(LONGEST_REASON));

/** Routes that show customers their own payments, and staff all. */
export function paymentRoutes(reads: PaymentReads) {
  async function visible(id: string, principal: Principal, request: Request): Promise<AskedPayment> {
    const payment = await reads.payment(id);
    if (payment !== undefined) tellAbout(request, { orderId: payment.orderId });
    if (payment === undefined || !(payment.userId === principal.userId || hasRole(principal, 'staff'))) {
      throw noSuchPayment();
    }
    return payment;
  }

  return router()
    .get(
      '/payments',
      ({ query, principal, request }) => {
        if (query.orderId !== undefined) tellAbout(request, { orderId: query.orderId });
        const userId = hasRole(principal, 'staff') ? undefined : principal.userId;
        const { orderId, status } = query;
        return payments(query, paymentRepresentation, (slice) => reads.payments({ userId, orderId, status }, slice));
      },
      {
        signedIn: true,
        query: PaymentQuery,
        response: { 200: PaymentPage },
        detail: { summary: 'Payments, newest first: your own, or all for staff' },
      },
    )
    .get('/refunds', ({ query }) => allRefunds(query, orderRefundRepresentation, (slice) => reads.allRefunds(query.status, slice)), {
      role: 'staff',
      query: RefundQuery,
      response: { 200: OrderRefundPage },
      detail: {
        summary: 'Refunds of all payments, newest first',
        description: 'A `failed` refund of a cancelled order waits for a person: ask for another one with `POST /payments/{id}/refunds`.',
      },
    })
    .get('/payments/:id', async ({ params, principal, request }) => paymentRepresentation(await visible(params.id, principal, request)), {
      signedIn: true,
      params: ById,
      response: { 200: PublishedPayment },
      detail: { summary: 'One payment' },
    })
    .get(
      '/payments/:id/refunds',
      async ({ params, query, principal, request }) => {
        const { id } = await visible(params.id, principal, request);
        return refunds(query, refundRepresentation, (slice) => reads.refunds(id, slice));
      },
      {
        signedIn: true,
        params: ById,
        query: ListQuery,
        response: { 200: RefundPage },
        detail: { summary: 'Refunds of a payment, newest first' },
      },
    )
    .get(
      '/payments/:id/refunds/:refundId',
      async ({ params, principal, request }) => {
        const { id } = await visible(params.id, principal, request);
        const refund = await reads.refund(params.refundId);
        if (refund?.paymentId !== id) throw problem('not-found', { detail: 'The payment has no such refund: GET /payments/{id}/refunds lists those it has.' });
        return refundRepresentation(refund);
      },
      {
        signedIn: true,
        params: Type.Object({ id: Uuid, refundId: Uuid }),
        response: { 200: PublishedRefund },
        detail: { summary: 'One refund of a payment' },
      },
    );
}

interface RefundRoutesDeps {
  readonly commands: Pick<Engine<PaymentCollections, GatewayTask>, 'executeOnce'>;
  readonly reads: Pick<PaymentReads, 'payment'>;
  /** seconds for which a second-factor code is good; 0: none is asked for */
  readonly freshSecondFactorS: number;
  /** minor units of a payment that may be refunded without a code */
  readonly refundSecondFactorAbove: number;
}

/** Route for staff: refunds a payment, whatever became of the order. */
export function refundRoutes({ commands, reads, freshSecondFactorS, refundSecondFactorAbove }: RefundRoutesDeps) {
  return router().post(
    '/payments/:id/refunds',
    async ({ body, params, principal, idempotency, request }) => {
      if (idempotency === undefined) throw keyMissing();
      const { amount, reason } = body;
      const payment = await reads.payment(params.id);
      if (payment === undefined) throw noSuchPayment();
      tellAbout(request, { orderId: payment.orderId });
      const most = hasFreshSecondFactor(principal, freshSecondFactorS) ? Infinity : refundSecondFactorAbove;
      const command = { orderId: payment.orderId, amount, reason, requestedBy: principal.userId, most };
      const stale = () => secondFactorStale(principal, freshSecondFactorS);
      const once = { ...idempotency, render: (decision: RefundDecision) => answer(decision, stale) };
      return onceResponse(await commands.executeOnce(refundPayment, command, once, causeOf(request)), request);
    },
    {
      role: 'staff',
      postponable: true,
      idempotent: 'required',
      refuses: ['refund-exceeds', 'second-factor-stale'],
      params: ById,
      body: RequestRefund,
      response: { 202: PublishedRefund },
      detail: { summary: 'Refund a payment, in part or whole' },
    },
  );
}

/** A refusal is a problem, which is not kept under the key. */
function answer(decision: RefundDecision, stale: () => Problem): StoredAnswer | Problem {
  switch (decision.kind) {
    case 'accepted': {
      const { refund } = decision;
      return storedAnswer(202, refundRepresentation(refund), { location: `/payments/${refund.paymentId}/refunds/${refund.id}` });
    }
    case 'above-most':
      return stale();
    case 'wrong-currency':
      return invalid('/amount/currency', `must be ${decision.currency}, the payment's`);
    case 'exceeds':
      return problem('refund-exceeds', { detail: `At most ${formatMoney(decision.left)} can be refunded now: ask for no more.` });
    default:
      return decision satisfies never;
  }
}

/** The same answer for a missing payment and another customer's: strangers cannot tell them apart. */
function noSuchPayment(): Problem {
  return problem('not-found', { detail: 'There is no such payment, or it is not yours: GET /payments lists those you may see.' });
}

/** The payment as callers see it: no token, no internal fields. */
function paymentRepresentation(payment: AskedPayment): PublishedPayment {
  const { id, orderId, userId, live, amount, status } = payment;
  return {
    id,
    orderId,
    userId,
    live,
    amount,
    status,
    refunded: { amount: payment.status === 'captured' ? payment.refunded : 0, currency: amount.currency },
    failureReason: payment.status === 'failed' ? payment.failureReason : null,
    gatewayReference: payment.status === 'captured' ? payment.gatewayReference : null,
    createdAt: time(payment.createdAt),
    updatedAt: time(payment.updatedAt),
  };
}

function refundRepresentation({ id, paymentId, amount, reason, status, createdAt }: Refund): PublishedRefund {
  return { id, paymentId, amount, reason, status, createdAt: time(createdAt) };
}

function orderRefundRepresentation(refund: Refund): OrderRefund {
  return { ...refundRepresentation(refund), orderId: refund.orderId };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
