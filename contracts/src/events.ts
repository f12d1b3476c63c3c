import { Type } from '@sinclair/typebox';
import { ToldAddress } from '../address.ts';
import { Uuid } from '../ids.ts';
import { impersonal } from '../personal.ts';
import { CancelReason } from '../saga.ts';
import { OrderItem, Shortage } from '../saga-lines.ts';
import { open } from '../schema.ts';
import { KeptName } from '../text.ts';
import { UtcTime } from '../time.ts';
import { EventMoney } from './money.ts';

const Items = Type.Array(open(OrderItem), { minItems: 1 });

export const OrderCreated = Type.Object({ orderId: Uuid, userId: Uuid, items: Items, total: EventMoney });

export const OrderReadyForPayment = Type.Object({
  orderId: Uuid,
  userId: Uuid,
  amount: EventMoney,
  paymentMethodId: Uuid,
});

export const OrderCompleted = Type.Object({
  orderId: Uuid,
  userId: Uuid,
  items: Items,
  total: EventMoney,
});

/** Version 1 also had this: nobody needed it, and the log keeps all that it is sent. */
export const OrderCompletedRetired = Type.Object({ shippingAddress: ToldAddress });

export const OrderRejected = Type.Object({
  orderId: Uuid,
  userId: Uuid,
  shortages: Type.Array(open(Shortage), { minItems: 1 }),
});

export const OrderCancelled = Type.Object({ orderId: Uuid, userId: Uuid, reason: CancelReason });

const ParcelName = impersonal(KeptName);
const shipment = { orderId: Uuid, userId: Uuid, shipmentId: Uuid, carrier: ParcelName, trackingNumber: ParcelName };

export const OrderShipped = Type.Object({ ...shipment, shippedAt: UtcTime });
export const OrderDelivered = Type.Object({ ...shipment, deliveredAt: UtcTime });
