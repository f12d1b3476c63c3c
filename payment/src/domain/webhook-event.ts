/** A webhook that was accepted. It is kept to recognise the same webhook when it is sent again. */
export interface WebhookEvent {
  /** gateway name and its event id: `simulator:evt_1` */
  readonly id: string;
  /** our key of the charge or refund it is about; null: it does not concern us */
  readonly key: string | null;
  /** status of the charge or refund, as the gateway reported it */
  readonly said: 'succeeded' | 'declined' | 'pending' | null;
  /** `unknown`: the key belongs to no charge or refund of ours */
  readonly outcome: 'changed' | 'ignored' | 'anomaly' | 'unknown';
  /** epoch milliseconds */
  readonly receivedAt: number;
}
