import { type Static, Type } from '@sinclair/typebox';
import { noCardNumbers } from '../card-number.ts';
import { Currency, Money } from '../money.ts';
import { Page, PagedQuery } from '../paging.ts';
import { PaymentStatus, RefundStatus } from '../saga.ts';
import { closed, impersonal, nullable, personal, secret } from '../schema.ts';
import { KeptName, Name, Reason, UtcTime, Uuid } from '../strings.ts';

/** The token comes from the gateway's own form; a card number never reaches Souk. */
export const AddPaymentMethod = closed({
  token: noCardNumbers(
    secret(Type.String({ pattern: '^[\\x21-\\x7e]+$', minLength: 1, maxLength: 200, description: "the gateway's token: visible ASCII characters" })),
  ),
  label: Type.Optional(personal(Name)),
});
export type AddPaymentMethod = Static<typeof AddPaymentMethod>;

export const PaymentMethod = closed({
  id: Uuid,
  brand: impersonal(Type.String({ minLength: 1, maxLength: 50 })),
  last4: Type.String({ pattern: '^[0-9]{4}$', description: 'the last four digits' }),
  label: nullable(personal(KeptName)),
  createdAt: UtcTime,
});
export type PaymentMethod = Static<typeof PaymentMethod>;

export const PaymentMethodPage = Page(PaymentMethod);

const REFERENCE = 'null while nothing was captured, and for an amount of 0, which the gateway is not asked for';

/** `refunded` is the sum of the refunds that succeeded, never above `amount`. */
export const Payment = closed({
  id: Uuid,
  orderId: Uuid,
  userId: Uuid,
  live: Type.Boolean({ description: 'false: made with the simulator, no money moves' }),
  amount: Money,
  status: PaymentStatus,
  refunded: Money,
  failureReason: nullable(impersonal(Type.String())),
  gatewayReference: { ...nullable(impersonal(Type.String())), description: REFERENCE },
  createdAt: UtcTime,
  updatedAt: UtcTime,
});
export type Payment = Static<typeof Payment>;

export const PaymentPage = Page(Payment);

export const PaymentQuery = PagedQuery({ orderId: Type.Optional(Uuid), status: Type.Optional(PaymentStatus) });
export type PaymentQuery = Static<typeof PaymentQuery>;

export const RequestRefund = closed({
  amount: closed({ amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), currency: Currency }),
  reason: noCardNumbers(impersonal(Reason)),
});
export type RequestRefund = Static<typeof RequestRefund>;

export const Refund = closed({
  id: Uuid,
  paymentId: Uuid,
  amount: Money,
  reason: impersonal(Type.String()),
  status: RefundStatus,
  createdAt: UtcTime,
});
export type Refund = Static<typeof Refund>;

export const RefundPage = Page(Refund);

/** A refund with the order it belongs to, for staff. */
export const OrderRefund = closed({ ...Refund.properties, orderId: Uuid });
export type OrderRefund = Static<typeof OrderRefund>;

export const OrderRefundPage = Page(OrderRefund);

export const RefundQuery = PagedQuery({ status: Type.Optional(RefundStatus) });
export type RefundQuery = Static<typeof RefundQuery>;

/** Tells the gateway that it need not send the event again. */
export const WebhookReceived = closed({ received: Type.Literal(true) });
