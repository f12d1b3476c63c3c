import { onceResponse } from '@souk/chassis/service/answer-once';
import { keyMissing, storedAnswer } from '@souk/chassis/web/app/idempotency';
import { invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { causeOf, tellAbout } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { hasFreshSecondFactor, secondFactorStale } from '@souk/chassis/web/sign-in/second-factor';
import type { Engine } from '@souk/chassis/engine/engine';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { Refund as PublishedRefund, RequestRefund } from '@souk/contracts/http/payment';
import { Uuid } from '@souk/contracts/ids';
import { formatMoney } from '@souk/contracts/money-text';
import { Type } from '@sinclair/typebox';
import type { GatewayTask } from '../domain/gateway-task.ts';
import type { RefundDecision } from '../domain/request-refund.ts';
import type { PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { refundPayment } from '../usecases/refund-payment.ts';
import { noSuchPayment } from './payment-routes.ts';
import { refundRepresentation } from './representations.ts';

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
      params: Type.Object({ id: Uuid }),
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
