import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import type { GatewayTask } from '../domain/gateway-call.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';
import { eraseUser } from '../usecases/keep-payment-methods.ts';
import { followCancellation, payForOrder } from '../usecases/advance-payment.ts';

/** `live`: true when the gateway moves money. */
export function paymentHandlers(live: boolean): MessageHandlers<PaymentCollections & ChassisCollections, GatewayTask> {
  return { 'order.ready_for_payment': payForOrder(live), 'order.cancelled': followCancellation, 'user.deleted': eraseUser };
}
