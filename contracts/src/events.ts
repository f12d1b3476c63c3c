import { Type } from '@sinclair/typebox';
import { Role } from './access-token.ts';
import { ToldAddress } from './address.ts';
import { Product, ProductImage, Variant } from './http/product.ts';
import { Money } from './money.ts';
import { Allocation, CancelReason, OrderItem, Shortage } from './saga.ts';
import { impersonal, open } from './schema.ts';
import { KeptName, keptText, Sku, UtcTime, Uuid } from './strings.ts';

const EventMoney = open(Money);

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

const Allocations = Type.Array(open(Allocation), { minItems: 1 });

export const InventoryReserved = Type.Object({ orderId: Uuid, allocations: Allocations });

export const InventoryFailed = Type.Object({
  orderId: Uuid,
  shortages: Type.Array(open(Shortage), { minItems: 1 }),
});

/** `restocked`: the goods had already left the stock (a committed reservation) and came back. */
export const InventoryReleased = Type.Object({ orderId: Uuid, allocations: Allocations, restocked: Type.Boolean() });

/** Sent once when the units available over all active warehouses fall below the threshold, and again only after they have reached it. */
export const InventoryLow = Type.Object({
  sku: Sku,
  available: Type.Integer({ minimum: 0 }),
  threshold: Type.Integer({ minimum: 0 }),
});

/**
 * Milliseconds that Payment waited for its gateway before the charge was decided; absent: the gateway was not asked, its money came after the payment
 * was void, or an earlier version sent this.
 */
const GatewayMs = Type.Optional(Type.Integer({ minimum: 0 }));

export const PaymentCompleted = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  amount: EventMoney,
  capturedAt: UtcTime,
  gatewayMs: GatewayMs,
});

/** `reason` is a code such as `card_declined` or `payment_method_not_found`; gateways have more of them than Souk knows. */
export const PaymentFailed = Type.Object({ orderId: Uuid, paymentId: Uuid, reason: impersonal(keptText(100)), gatewayMs: GatewayMs });

/** `amount` of this refund; `refundedTotal` of all refunds of the payment so far. */
export const PaymentRefunded = Type.Object({
  orderId: Uuid,
  paymentId: Uuid,
  refundId: Uuid,
  amount: EventMoney,
  refundedTotal: EventMoney,
});

const EventVariant = Type.Object({ ...Variant.properties, price: EventMoney });

/**
 * The whole product as it is after the change; a copy keeps the highest `version` it has seen. Events older than categories and images have none. An
 * image is only described; its bytes are at its `url`.
 */
const wholeProduct = {
  productId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  product: Type.Object({
    ...open(Product).properties,
    variants: Type.Array(EventVariant, { minItems: 1 }),
    categoryIds: Type.Optional(Type.Array(Uuid)),
    images: Type.Optional(Type.Array(open(ProductImage))),
  }),
};

export const ProductCreated = Type.Object(wholeProduct);
export const ProductUpdated = Type.Object(wholeProduct);
/** Description, attributes, options and images are empty when the product is near the size limit of an event. */
export const ProductArchived = Type.Object(wholeProduct);

export const ProductPriceChanged = Type.Object({
  ...wholeProduct,
  sku: Sku,
  oldPrice: EventMoney,
  newPrice: EventMoney,
});

/** No e-mail, no name: an event outlives the erasure of its user. */
export const UserRegistered = Type.Object({ userId: Uuid, registeredAt: UtcTime });
export const UserUpdated = Type.Object({ userId: Uuid, updatedAt: UtcTime });

/**
 * Roles have changed, or sessions were ended. Access tokens issued until then are refused: those of the ended session (`sessionId`), or all of the
 * user with a generation (claim `gen`) below `generation`. `kept` is the exception: tokens of that session from that generation on stay valid. With
 * neither `sessionId` nor `generation` no token ends: a role was added.
 */
export const UserAccessChanged = Type.Object({
  userId: Uuid,
  changedAt: UtcTime,
  roles: Type.Optional(Type.Array(Role)),
  sessionId: Type.Optional(Uuid),
  generation: Type.Optional(Type.Integer({ minimum: 1 })),
  kept: Type.Optional(Type.Object({ sessionId: Uuid, generation: Type.Integer({ minimum: 0 }) })),
});

/** Every service that keeps data of this user erases it, and none of their tokens is valid any more. */
export const UserDeleted = Type.Object({ userId: Uuid, deletedAt: UtcTime });

const Word = impersonal(Type.String({ minLength: 1 }));
const Text = impersonal(Type.String());

/** Size and hash of an original that the event shows only in part, or not at all. */
const Original = Type.Object({ bytes: Type.Integer({ minimum: 0 }), sha256: Text });

/**
 * A message that could not be handled, with its content and the cause; or, with `kind` `unsent`, an event of this service that the log refused. It
 * shows what the contract of the topic names and does not mark as personal, and the headers of events; a value that cannot be read is not shown.
 * Parts too long for an event are cut; in parts that are not UTF-8, U+FFFD replaces what could not be read. `cut` gives for each such part its length
 * in bytes (of headers: of their JSON text, in which those that are not UTF-8 are in base64) and its SHA-256 in hexadecimal. `/ops/dead-letters` has
 * all of it.
 */
export const DeadLetter = Type.Object({
  topic: Word,
  key: Text,
  value: Text,
  headers: Type.Record(Type.String(), Text),
  cause: Word,
  attempts: Type.Integer({ minimum: 1 }),
  firstFailedAt: UtcTime,
  lastFailedAt: UtcTime,
  kind: Type.Optional(impersonal(Type.String({ minLength: 1 }))),
  cut: Type.Optional(
    Type.Object({
      key: Type.Optional(Original),
      headers: Type.Optional(Original),
      value: Type.Optional(Original),
    }),
  ),
});
