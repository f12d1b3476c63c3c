import type { ShipmentStatus } from '@souk/contracts/saga';
import type { Order, OrderLine } from './order.ts';

type Kept = 'id' | 'userId' | 'status' | 'reason' | 'paymentStatus' | 'total' | 'version' | 'placedAt' | 'updatedAt';

/** An order as it stands in a list: none of it grows with what was ordered, and nothing of it is personal. */
export interface OrderSummary extends Pick<Order, Kept> {
  readonly lineCount: number;
  /** as they were written, `FIRST_LINES` at most */
  readonly firstLines: readonly Omit<OrderLine, 'options'>[];
  readonly shipmentCounts: Readonly<Record<ShipmentStatus, number>>;
}
