import type { Allocation, ReservationStatus } from '@souk/contracts/saga';

/** The pieces that inventory holds, or held, for one order. */
export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** The reserved pieces; none if it was refused or is the tombstone of a cancelled order. */
  readonly lines: readonly Allocation[];
  /** Number of its events; the aggregate version of the last one. */
  readonly version: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** True while its pieces may still move: they are held, or have left and can come back. */
export function canStillMove({ status }: Reservation): boolean {
  return status === 'reserved' || status === 'committed';
}
