import { Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { impersonal } from '../personal.ts';
import { keptText } from '../text.ts';
import { UtcTime } from '../time.ts';
import { EventMoney } from './money.ts';

export const PaymentCompleted = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  amount: EventMoney,
  capturedAt: UtcTime,
});

/** `reason` is a code such as `card_declined` or `payment_method_not_found`; gateways know more of them than we do. */
export const PaymentFailed = Type.Object({ orderId: Uuid, paymentId: Uuid, reason: impersonal(keptText(100)) });

/** `amount` of this refund; `refundedTotal` of all refunds of the payment so far. */
export const PaymentRefunded = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  refundId: Uuid,
  amount: EventMoney,
  refundedTotal: EventMoney,
});
