import type { Money } from '@souk/contracts/money';

/** How far a charge or a refund has come. `declined` is final; `reason` is a code of 1 to 100 characters. */
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

/**
 * A payment gateway. Every method may reject (no answer, an error, the signal fired): then nothing is known about the
 * outcome, and it has to be asked for by key. A key that comes again with another amount, token or charge is a defect
 * of ours and rejects; money is never moved twice under one key.
 */
export interface Gateway {
  readonly name: string;
  /** undefined: the gateway does not know the token. */
  describeToken(token: string, signal: AbortSignal): Promise<TokenDescription | undefined>;
  charge(request: ChargeRequest, signal: AbortSignal): Promise<GatewayResult>;
  /** undefined: the key never came to the gateway. */
  findCharge(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  /** Declined when more would go back than was taken. */
  refund(request: RefundRequest, signal: AbortSignal): Promise<GatewayResult>;
  findRefund(key: string, signal: AbortSignal): Promise<GatewayResult | undefined>;
  close(): Promise<void>;
}
