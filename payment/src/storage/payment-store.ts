import type { CountedOwner } from '@souk/chassis/stores/sql/counted-owners';
import type { IdSlice } from '@souk/chassis/web/paging/id-slice';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { Money } from '@souk/contracts/money';
import type { ErasedUser } from '../domain/erased-user.ts';
import type { Payment, VoidedPayment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/refund.ts';
import type { WebhookEvent } from '../domain/webhook-event.ts';

/** Somebody who has payment methods. */
export type Customer = CountedOwner & { readonly methods: number };

/** What decisions look at. */
export type PaymentCollections = {
  /** by order id: one charge per order */
  readonly payments: Payment;
  /** by id */
  readonly refunds: Refund;
  /** by id */
  readonly paymentMethods: PaymentMethod;
  /** by user id; put whenever a method is added, so that the next one of the same batch counts it */
  readonly customers: Customer;
  /** by id */
  readonly webhookEvents: WebhookEvent;
  /** by user id */
  readonly erasedUsers: ErasedUser;
};

/** A payment that was asked for: not the tombstone of an order that was cancelled before. */
export type AskedPayment = Exclude<Payment, VoidedPayment> | (VoidedPayment & { readonly amount: Money });

export interface PaymentReads {
  /** The database's clock in epoch milliseconds. */
  now(): Promise<number>;
  payment(id: string): Promise<AskedPayment | undefined>;
  /** `userId`: only this customer's; undefined: everybody's. */
  payments(
    filter: { readonly userId: string | undefined; readonly orderId: string | undefined },
    slice: IdSlice,
  ): Promise<readonly AskedPayment[]>;
  refund(id: string): Promise<Refund | undefined>;
  refunds(paymentId: string, slice: IdSlice): Promise<readonly Refund[]>;
  method(id: string): Promise<PaymentMethod | undefined>;
  methods(userId: string, slice: IdSlice): Promise<readonly PaymentMethod[]>;
  /** People whose payment methods it is time to look for, by the database's clock. */
  usersToErase(limit: number): Promise<readonly { readonly userId: string }[]>;
  /** Orders whose payment it is time to ask the gateway about, by the database's clock, the longest waiting first. */
  duePayments(limit: number): Promise<readonly { readonly orderId: string }[]>;
  dueRefunds(limit: number): Promise<readonly { readonly orderId: string; readonly refundId: string }[]>;
}

export interface PaymentStore extends ServiceStore<PaymentCollections> {
  readonly reads: PaymentReads;
  /** Forgets webhooks that came before this time (epoch milliseconds), `limit` at most; answers how many. */
  forgetWebhooks(before: number, limit: number): Promise<number>;
}
