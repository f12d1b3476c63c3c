/**
 * Settings of a shop that a few customers of ours press as hard as it goes: what holds a person back would be measured in place of
 * the shop. Where a flood is to be accepted whole, nothing is refused early either; who measures that sets ADMISSION_TARGET_MS to ''.
 */
export const WITHOUT_LIMITS = {
  RATE_LIMIT: 'off',
  ADMISSION_TARGET_MS: '0',
  ORDER_OPEN_LIMIT: '1000000',
  ORDER_PIECES_ON_HOLD: '1000000000',
  PAYMENT_METHOD_LIMIT: '1000',
} as const;
