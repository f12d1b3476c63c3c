import type { Report } from '@souk/chassis/telemetry/report';
import type { Money } from '@souk/contracts/money';

/**
 * How far a charge or a refund has come. `declined` is final, but for a refund's `CHARGE_NOT_CAPTURED`: it is sent again under the
 * same key. `reason` is a code of 1 to 100 characters.
 */
export type GatewayResult =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'declined'; readonly reason: string }
  | { readonly status: 'pending' };

export interface ChargeRequest {
  /** Ours, made from the business action: however often it is sent, the charge happens once. */
  readonly key: string;
  readonly amount: Money;
  readonly token: string;
}

export interface RefundRequest {
  readonly key: string;
  readonly amount: Money;
  /** The gateway's reference of the charge that is refunded. */
  readonly chargeReference: string;
}

/** What a person recognises a payment method by. */
export interface TokenDescription {
  readonly brand: string;
  /** four digits */
  readonly last4: string;
  readonly label: string | null;
}

/** A request that says it comes from the gateway. */
export interface WebhookDelivery {
  /** byte by byte as it came: that is what was signed */
  readonly body: Uint8Array;
  header(name: string): string | null;
}

/** What the gateway tells by itself: how far the charge or refund with this key of ours has come. */
export interface GatewayNews {
  readonly key: string;
  readonly result: GatewayResult;
}

export interface GatewayEvent {
  /** The gateway's id of it, 1 to 200 visible ASCII characters: the same however often it is sent. */
  readonly eventId: string;
  /** null: nothing that concerns us */
  readonly news: GatewayNews | null;
}

/** Where webhooks are taken, and who hears of those that were not. */
export interface WebhookTarget {
  readonly url: string;
  readonly report: Report;
}

/**
 * A payment gateway. Every method may reject (no answer, an error, the signal fired): then nothing is known about the
 * outcome, and it has to be asked for by key. A key that comes again with another amount, token or charge is a defect
 * of ours and rejects; money is never moved twice under one key.
 */
export interface Gateway {
  /** Small letters and dashes; the last part of its webhooks' path. */
  readonly name: string;
  /** Whether money moves. */
  readonly live: boolean;
  /** undefined: the gateway does not know the token. */
  describeToken(token: string, signal: AbortSignal): Promise<TokenDescription | undefined>;
  charge(request: ChargeRequest, signal: AbortSignal): Promise<GatewayResult>;
  /** undefined: the key never came to the gateway. */
  findCharge(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  /**
   * Declined when more would go back than was taken, and with `CHARGE_NOT_CAPTURED` as long as nothing was taken that is going
   * to be: whatever the gateway calls that.
   */
  refund(request: RefundRequest, signal: AbortSignal): Promise<GatewayResult>;
  findRefund(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  /** Asked before a body is read. False: nothing that comes with these headers can be a webhook of the gateway (`now`: epoch milliseconds). */
  mayBeWebhook(header: WebhookDelivery['header'], now: number): boolean;
  /**
   * Proves a webhook by its signature (`now`: epoch milliseconds), without any I/O, and only then reads it. `forged`: it is
   * not the gateway's, or too old; `unreadable`: it is, and is no JSON.
   */
  readWebhook(delivery: WebhookDelivery, now: number): GatewayEvent | 'forged' | 'unreadable';
  /** Told once the service takes webhooks. A gateway that learns it elsewhere (a dashboard) does without. */
  webhooksTo?(target: WebhookTarget): void;
  close(): Promise<void>;
}
