import type { CountedOwner } from '@souk/chassis/stores/sql/sql-collection';
import type { IdSlice, Looked } from '@souk/chassis/web/paging';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { Money } from '@souk/contracts/money';
import type { PaymentStatus, RefundStatus } from '@souk/contracts/saga';
import type { ErasedUser, PaymentMethod } from '../domain/payment-method.ts';
import type { Payment, Refund, VoidedPayment } from '../domain/payment.ts';
import type { WebhookEvent } from '../domain/gateway-call.ts';

/** A user who has payment methods. */
export type Customer = CountedOwner & { readonly methods: number };

/** The entities that decisions read. */
export type PaymentCollections = {
  /** by order id: one charge per order */
  readonly payments: Payment;
  /** by id */
  readonly refunds: Refund;
  /** by id */
  readonly paymentMethods: PaymentMethod;
  /** by user id; put whenever a method is added, so that the next one in the same batch counts it */
  readonly customers: Customer;
  /** by id */
  readonly webhookEvents: WebhookEvent;
  /** by user id */
  readonly erasedUsers: ErasedUser;
};

/** A payment that was requested: not the tombstone of an order that was cancelled before. */
export type AskedPayment = Exclude<Payment, VoidedPayment> | (VoidedPayment & { readonly amount: Money });

export interface PaymentFilter {
  /** Only this customer's payments; undefined: everybody's. */
  readonly userId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly status?: PaymentStatus | undefined;
}

export interface PaymentReads {
  /** The database's clock in epoch milliseconds. */
  now(): Promise<number>;
  payment(id: string): Promise<AskedPayment | undefined>;
  /** Newest first. By status, one call looks at `LOOKS` payments at most. */
  payments(filter: PaymentFilter, slice: IdSlice): Promise<Looked<AskedPayment, string>>;
  refund(id: string): Promise<Refund | undefined>;
  refunds(paymentId: string, slice: IdSlice): Promise<readonly Refund[]>;
  /** Of all payments, newest first. By status, one call looks at `LOOKS` refunds at most. */
  allRefunds(status: RefundStatus | undefined, slice: IdSlice): Promise<Looked<Refund, string>>;
  method(id: string): Promise<PaymentMethod | undefined>;
  methods(userId: string, slice: IdSlice): Promise<readonly PaymentMethod[]>;
  /** Deleted users whose next search for payment methods is due by the database's clock. */
  usersToErase(limit: number): Promise<readonly { readonly userId: string }[]>;
  /** Orders whose payment is due for a check with the gateway by the database's clock, longest waiting first. */
  duePayments(limit: number): Promise<readonly { readonly orderId: string }[]>;
  dueRefunds(limit: number): Promise<readonly { readonly orderId: string; readonly refundId: string }[]>;
}

export interface PaymentStore extends ServiceStore<PaymentCollections> {
  readonly reads: PaymentReads;
  /** Deletes webhooks received before this time (epoch milliseconds), at most `limit`; answers the number deleted. */
  forgetWebhooks(before: number, limit: number): Promise<number>;
}
