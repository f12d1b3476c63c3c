import { closed, impersonal } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';

/** The part of `/readyz` about the payment gateway. */
export const PaymentGateway = closed({
  name: impersonal(Type.String()),
  live: Type.Boolean({ description: 'false: a simulator, no money moves' }),
});
