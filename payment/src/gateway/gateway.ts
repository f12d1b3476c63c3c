import type { Report } from '@souk/chassis/telemetry/report';
import type { Money } from '@souk/contracts/money';

/**
 * Status of a charge or a refund. `declined` is final, except for a refund's `CHARGE_NOT_CAPTURED`: it is sent again under
 * the same key. `reason` is a code of 1 to 100 characters.
 */
export type GatewayResult =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'declined'; readonly reason: string }
  | { readonly status: 'pending' };

export interface ChargeRequest {
  /** Our idempotency key, made from the business action: however often it is sent, the charge happens once. */
  readonly key: string;
  readonly amount: Money;
  readonly token: string;
}

export interface RefundRequest {
  readonly key: string;
  readonly amount: Money;
  /** The gateway's reference of the refunded charge. */
  readonly chargeReference: string;
}

/** The details by which a person recognises a payment method. */
export interface TokenDescription {
  readonly brand: string;
  /** four digits */
  readonly last4: string;
  readonly label: string | null;
}

/** A request that claims to come from the gateway. */
export interface WebhookDelivery {
  /** the bytes as they came: they are what was signed */
  readonly body: Uint8Array;
  header(name: string): string | null;
}

/** A message sent by the gateway on its own: the status of the charge or refund with this key of ours. */
export interface GatewayNews {
  readonly key: string;
  readonly result: GatewayResult;
}

export interface GatewayEvent {
  /** The gateway's id of the event, 1 to 200 visible ASCII characters; the same however often it is sent. */
  readonly eventId: string;
  /** null: it does not concern us */
  readonly news: GatewayNews | null;
}

/** The URL for webhooks, and the report for those that were not accepted. */
export interface WebhookTarget {
  readonly url: string;
  readonly report: Report;
}

/**
 * A payment gateway. Every method may reject (no answer, an error, the signal fired): the outcome is then unknown, and has
 * to be asked for by key. A key sent again with another amount, token or charge is a defect of ours and rejects; money is
 * never moved twice under one key.
 */
export interface Gateway {
  /** Lower-case letters and dashes; the last part of its webhooks' path. */
  readonly name: string;
  /** true: money moves. */
  readonly live: boolean;
  /** undefined: the gateway does not know the token. */
  describeToken(token: string, signal: AbortSignal): Promise<TokenDescription | undefined>;
  charge(request: ChargeRequest, signal: AbortSignal): Promise<GatewayResult>;
  /** undefined: the gateway never received the key. */
  findCharge(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  /**
   * Declined when more would go back than was taken. Declined with `CHARGE_NOT_CAPTURED`, whatever the gateway calls it,
   * while money that is going to be taken has not been taken yet.
   */
  refund(request: RefundRequest, signal: AbortSignal): Promise<GatewayResult>;
  findRefund(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  /** Called before a body is read. False: no body with these headers can be a webhook of the gateway (`now`: epoch milliseconds). */
  mayBeWebhook(header: WebhookDelivery['header'], now: number): boolean;
  /**
   * Verifies a webhook's signature (`now`: epoch milliseconds), without any I/O, and only then reads it. `forged`: it is
   * not the gateway's, or too old; `unreadable`: it is the gateway's, but not JSON.
   */
  readWebhook(delivery: WebhookDelivery, now: number): GatewayEvent | 'forged' | 'unreadable';
  /** Called once the service takes webhooks. Absent for a gateway that is told elsewhere (a dashboard). */
  webhooksTo?(target: WebhookTarget): void;
  close(): Promise<void>;
}
