import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { productState } from '../catalogue/product-state.ts';
import type { ProductTopic } from '../catalogue/product-payload.ts';
import type { Deadlines } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { copyProduct } from '../usecases/copy-product.ts';
import { rememberErasure } from '../usecases/remember-erasure.ts';
import { followSaga, type SagaWatch } from '../usecases/follow-saga.ts';

/** Every product event carries the whole product, so one use case handles all of them. */
const copyToldProduct: UseCase<OrderCollections, EventEnvelope<ProductTopic>, void> = {
  name: copyProduct.name,
  keys: ({ data }) => copyProduct.keys(productState(data.product)),
  moreKeys: ({ data }, world) => copyProduct.moreKeys?.(productState(data.product), world) ?? {},
  decide: ({ data }, world, context) => copyProduct.decide(productState(data.product), world, context),
};

/** Handlers of the topics that Order reads. */
export function orderHandlers(deadlines: Deadlines, watch: SagaWatch): MessageHandlers<OrderCollections, never> {
  const follow = followSaga(deadlines, watch);
  return {
    'inventory.reserved': follow,
    'inventory.failed': follow,
    'inventory.released': follow,
    'payment.completed': follow,
    'payment.failed': follow,
    'payment.refunded': follow,
    'user.deleted': rememberErasure,
    'product.created': copyToldProduct,
    'product.updated': copyToldProduct,
    'product.price_changed': copyToldProduct,
    'product.archived': copyToldProduct,
  };
}
