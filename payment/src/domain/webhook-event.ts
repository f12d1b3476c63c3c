/** A webhook that was taken. It is kept so that the same one, sent again, is known. */
export interface WebhookEvent {
  /** gateway and its id of the event: `simulator:evt_1` */
  readonly id: string;
  /** ours, of the charge or refund it is about; null: it said nothing that concerns us */
  readonly key: string | null;
  /** how far the charge or refund had come, as the gateway said */
  readonly said: 'succeeded' | 'declined' | 'pending' | null;
  /** `unknown`: the key is of no charge or refund of ours */
  readonly outcome: 'changed' | 'ignored' | 'anomaly' | 'unknown';
  /** epoch milliseconds */
  readonly receivedAt: number;
}
