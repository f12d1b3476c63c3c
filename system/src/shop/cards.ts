import { TEST_TOKENS } from '@souk/payment/gateway/simulator';
import type { ShopClient } from './shop-client.ts';

/** Returns the id of the customer's payment method for a test token; adds it if it is not there, because a customer may have so many only. */
export async function cardFor(shop: ShopClient, customerToken: string, gatewayToken: string): Promise<string> {
  const last4 = TEST_TOKENS.get(gatewayToken)?.last4;
  const { items } = await shop.paymentMethods(customerToken);
  const known = items.find((method) => method.last4 === last4);
  return (known ?? (await shop.addPaymentMethod(customerToken, gatewayToken))).id;
}
