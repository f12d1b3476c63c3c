import { Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { impersonal } from '../personal.ts';
import { keptText } from '../text.ts';
import { UtcTime } from '../time.ts';
import { EventMoney } from './money.ts';

/**
 * Milliseconds that Payment waited for its gateway before the charge was decided; absent: the gateway was not asked, its money came after the payment
 * was void, or an earlier version sent this.
 */
const GatewayMs = Type.Optional(Type.Integer({ minimum: 0 }));

export const PaymentCompleted = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  amount: EventMoney,
  capturedAt: UtcTime,
  gatewayMs: GatewayMs,
});

/** `reason` is a code such as `card_declined` or `payment_method_not_found`; gateways have more of them than Souk knows. */
export const PaymentFailed = Type.Object({ orderId: Uuid, paymentId: Uuid, reason: impersonal(keptText(100)), gatewayMs: GatewayMs });

/** `amount` of this refund; `refundedTotal` of all refunds of the payment so far. */
export const PaymentRefunded = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  refundId: Uuid,
  amount: EventMoney,
  refundedTotal: EventMoney,
});
