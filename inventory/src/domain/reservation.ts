import type { ReservationStatus } from '@souk/contracts/saga';
import type { Allocation } from '@souk/contracts/saga-lines';

/** What inventory holds, or held, for one order. */
export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** The pieces it is about; none when it was refused or is the tombstone of a cancelled order. */
  readonly lines: readonly Allocation[];
  /** How many events it has had; the last one's aggregate version. */
  readonly version: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Its pieces may still move: they are held, or have left and can come back. */
export function canStillMove({ status }: Reservation): boolean {
  return status === 'reserved' || status === 'committed';
}
