import { WITHOUT_LIMITS } from '../../shop/limit-settings.ts';

/** Every limit as a shop has it, because an empty setting counts as not set; except for staff, who stock the shelves. */
export const ALL_LIMITS = {
  ...Object.fromEntries(Object.keys(WITHOUT_LIMITS).map((name) => [name, ''])),
  RATE_LIMIT: 'on',
  RATE_LIMIT_USER: '100000',
  ACCESS_TOKEN_LIFETIME_S: '900',
};
