/**
 * Settings of a shop that a few test customers press as hard as they can: limits per customer would be measured instead of the
 * shop. Nothing is refused early either, so that a flood is accepted whole; a measurement of early refusals sets
 * ADMISSION_TARGET_MS to ''.
 */
export const WITHOUT_LIMITS = {
  RATE_LIMIT: 'off',
  ADMISSION_TARGET_MS: '0',
  ORDER_OPEN_LIMIT: '1000000',
  ORDER_PIECES_ON_HOLD: '1000000000',
  PAYMENT_METHOD_LIMIT: '1000',
} as const;

/** Every limit as a shop has it, because an empty setting counts as not set; except for staff, who stock the shelves. */
export const ALL_LIMITS = {
  ...Object.fromEntries(Object.keys(WITHOUT_LIMITS).map((name) => [name, ''])),
  RATE_LIMIT: 'on',
  RATE_LIMIT_USER: '100000',
  ACCESS_TOKEN_LIFETIME_S: '900',
};
