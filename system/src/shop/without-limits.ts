/**
 * Settings of a shop that a few customers of ours press as hard as it goes: what holds a person back would be measured in place of
 * the shop.
 */
export const WITHOUT_LIMITS = {
  RATE_LIMIT: 'off',
  ORDER_OPEN_LIMIT: '1000000',
  ORDER_PIECES_ON_HOLD: '1000000000',
  PAYMENT_METHOD_LIMIT: '1000',
} as const;
