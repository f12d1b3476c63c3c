import { startJobs, type RunningJobs } from '@souk/chassis/engine/jobs';
import { faultSource } from '@souk/chassis/telemetry/report';
import type { Clock } from './database-clock.ts';
import type { WebhookTarget } from './gateway.ts';
import type { SimulatorLedger } from './simulator-ledger.ts';
import { signWebhook } from './simulator-webhooks.ts';

/** Milliseconds after which a webhook without an answer counts as undelivered. */
const ANSWER_LIMIT_MS = 3000;
const AT_ONCE = 20;

interface PostmanOptions {
  readonly ledger: Pick<SimulatorLedger, 'write' | 'hasDueWebhook' | 'takeDueWebhooks' | 'removeWebhook'>;
  readonly target: WebhookTarget;
  readonly secret: string;
  /** The clock that all replicas share, by which webhooks are due. */
  readonly now: Clock;
  /** epoch milliseconds by this machine's clock, for signatures */
  readonly ownNow: () => number;
}

/** Sends the simulator's webhooks when they are due, and again until they are accepted or the ledger gives up. */
export function startPostman({ ledger, target: { url, report }, secret, now, ownNow }: PostmanOptions): RunningJobs {
  const faults = faultSource(report, 'webhooks');

  async function deliver({ id, body }: { readonly id: string; readonly body: string }): Promise<void> {
    const headers = { 'content-type': 'application/json', 'souk-signature': signWebhook(body, { secret, at: ownNow() }) };
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const { ok, status } = await fetch(url, { method: 'POST', headers, body, signal });
      if (!ok) throw new Error(`the receiver answered ${status}`);
      faults.worked();
      await ledger.write(() => ledger.removeWebhook(id));
    } catch (error) {
      // No receiver, or a refusal: the ledger makes it due again later.
      faults.failed(error, 'a webhook was not taken', { webhook: id });
    }
  }

  const send = async (): Promise<void> => {
    const at = await now();
    if (!ledger.hasDueWebhook(at)) return;
    const due = await ledger.write(() => ledger.takeDueWebhooks(at, AT_ONCE));
    await Promise.all(due.map(deliver));
  };
  return startJobs([{ name: 'send the webhooks of the simulator', everyMs: 200, run: send }], report);
}
