import type { Metrics } from '@souk/chassis/telemetry/metrics';
import type { UserReads } from '../storage/user-store.ts';
import type { MailResult } from './mail-delivery.ts';

const RESULTS: readonly MailResult[] = ['sent', 'failed', 'given_up'];

/** Registers the number of waiting mails, for an alert, and counts tries by their result. */
export function mailMeter(metrics: Pick<Metrics, 'gauge' | 'counter'>, reads: Pick<UserReads, 'waitingMails'>): (result: MailResult) => void {
  metrics.gauge('souk_mails_waiting', 'Mails that were decided on and not sent yet', () => reads.waitingMails());
  const tries = metrics.counter('souk_mail_tries_total', 'Tries to send a mail, by what became of them', ['result']);
  for (const result of RESULTS) tries.inc({ result }, 0);
  return (result) => tries.inc({ result });
}
