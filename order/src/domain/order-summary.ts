import type { ShipmentStatus } from '@souk/contracts/saga';
import type { Order, OrderLine } from './order.ts';

type Kept = 'id' | 'userId' | 'status' | 'reason' | 'paymentStatus' | 'total' | 'version' | 'placedAt' | 'updatedAt';

/** An order as shown in a list: its size does not grow with what was ordered, and nothing in it is personal. */
export interface OrderSummary extends Pick<Order, Kept> {
  readonly lineCount: number;
  /** in their original order, `FIRST_LINES` at most */
  readonly firstLines: readonly Omit<OrderLine, 'options'>[];
  readonly shipmentCounts: Readonly<Record<ShipmentStatus, number>>;
}
