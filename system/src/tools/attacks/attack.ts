import type { ServiceName } from '@souk/contracts/services';
import type { Target } from './attack-target.ts';

/** One way to do harm from outside, as somebody without rights or with those of a customer. */
export interface Attack {
  /** The row of the audit that it stands for. */
  readonly row: string;
  readonly title: string;
  /** The service whose honest callers are watched meanwhile. */
  readonly service: ServiceName;
  /** Carries it out, bounded in count and time; answers what went wrong, a sentence each. None: the shop held. */
  run(target: Target): Promise<readonly string[]>;
}
