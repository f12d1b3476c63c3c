import { idPages, rowsWithin } from '@souk/chassis/web/paging';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { tellAbout } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { ListQuery } from '@souk/contracts/paging';
import {
  Payment as PublishedPayment,
  PaymentPage,
  PaymentQuery,
  Refund as PublishedRefund,
  RefundPage,
} from '@souk/contracts/http/payment';
import { LONGEST_REASON, Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { AskedPayment, PaymentReads } from '../storage/payment-store.ts';
import { paymentRepresentation, refundRepresentation } from './representations.ts';

const ById = Type.Object({ id: Uuid });
const payments = idPages('payments');
const refunds = idPages('refunds', rowsWithin(LONGEST_REASON));

/** The same answer for a missing payment and another customer's: strangers cannot tell them apart. */
export function noSuchPayment(): Problem {
  return problem('not-found', { detail: 'There is no such payment, or it is not yours: GET /payments lists those you may see.' });
}

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
        return payments(query, paymentRepresentation, (slice) => reads.payments({ userId, orderId: query.orderId }, slice));
      },
      {
        signedIn: true,
        query: PaymentQuery,
        response: { 200: PaymentPage },
        detail: { summary: 'Payments, newest first: your own, or all for staff' },
      },
    )
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
