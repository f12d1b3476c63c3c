import type { ServiceName } from '@souk/contracts/services';
import type { Target } from './attack-target.ts';

/** One attack from outside, by a caller without rights or with those of a customer. */
export interface Attack {
  /** The row of the audit that it covers. */
  readonly row: string;
  readonly title: string;
  /** The service whose honest callers are watched during the attack. */
  readonly service: ServiceName;
  /** Carries out the attack, bounded in count and time; returns a sentence for each thing that went wrong. None: the shop held. */
  run(target: Target): Promise<readonly string[]>;
}
