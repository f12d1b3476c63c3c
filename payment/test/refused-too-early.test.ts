import { expect, test } from 'bun:test';
import { CHARGE_NOT_CAPTURED } from '../src/domain/gateway-call.ts';
import type { Gateway, GatewayResult } from '../src/gateway/gateway.ts';
import { cancelledOrder } from './messages.ts';
import { runPayments } from './running-payments.ts';

const TOO_EARLY: GatewayResult = { status: 'declined', reason: CHARGE_NOT_CAPTURED };

/** A gateway of several machines: for a while some of them have not heard that it took the money, and it remembers what it refused. */
function slowToHear(gateway: Gateway, refusals: number, remembers: boolean): Gateway {
  let refused = 0;
  return {
    ...gateway,
    async refund(request, signal) {
      if (refused === refusals) return gateway.refund(request, signal);
      refused += 1;
      return TOO_EARLY;
    },
    findRefund: async (key, signal) => (await gateway.findRefund(key, signal)) ?? (remembers ? TOO_EARLY : undefined),
  };
}

test.each([true, false])('a cancelled order gets its money back even if the gateway refuses at first because it has not taken it yet (remembers: %p)', async (remembers) => {
  const shop = await runPayments({ around: (gateway) => slowToHear(gateway, 3, remembers) });
  const payment = await shop.paid(1000);
  await shop.log.deliver(cancelledOrder({ orderId: payment.orderId }));
  await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 1000);
  expect(shop.ledger().refunds).toMatchObject([{ amount: 1000, chargeReference: payment.gatewayReference }]);
  await shop.dispose();
}, 30_000);
