import type { ServiceStore } from '@souk/chassis/service-store';
import type { Money } from '@souk/contracts/money';
import type { Payment, VoidedPayment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/refund.ts';

/** What decisions look at. */
export type PaymentCollections = {
  /** by order id: one charge per order */
  readonly payments: Payment;
  /** by id */
  readonly refunds: Refund;
  /** by id */
  readonly paymentMethods: PaymentMethod;
};

/** A payment that was asked for: not the tombstone of an order that was cancelled before. */
export type AskedPayment = Exclude<Payment, VoidedPayment> | (VoidedPayment & { readonly amount: Money });

/** Newest first. */
export interface Slice {
  /** The last id of the page before; undefined: from the start. */
  readonly before: string | undefined;
  readonly limit: number;
}

export interface PaymentReads {
  payment(id: string): Promise<AskedPayment | undefined>;
  /** `userId`: only this customer's; undefined: everybody's. */
  payments(
    filter: { readonly userId: string | undefined; readonly orderId: string | undefined },
    slice: Slice,
  ): Promise<readonly AskedPayment[]>;
  refund(id: string): Promise<Refund | undefined>;
  refunds(paymentId: string, slice: Slice): Promise<readonly Refund[]>;
  method(id: string): Promise<PaymentMethod | undefined>;
  methods(userId: string, slice: Slice): Promise<readonly PaymentMethod[]>;
  /** Orders whose payment it is time to ask the gateway about, by the database's clock, the longest waiting first. */
  duePayments(limit: number): Promise<readonly { readonly orderId: string }[]>;
  dueRefunds(limit: number): Promise<readonly { readonly orderId: string; readonly refundId: string }[]>;
}

export interface PaymentStore extends ServiceStore<PaymentCollections> {
  readonly reads: PaymentReads;
}
