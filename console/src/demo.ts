/** Ends of a demo order. */
export const DEMO_KINDS = ['completes', 'out_of_stock', 'declined'] as const;
export type DemoKind = (typeof DEMO_KINDS)[number];

/** The answer to `POST /demo/orders`. */
export interface DemoOrder {
  readonly orderId: string;
}

/** The answer to `GET /demo/orders`: a command that places a demo order, as it stands. */
export interface DemoByCurl {
  readonly curl: string;
}
