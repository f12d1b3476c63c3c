import { WITHOUT_LIMITS } from '../../shop/without-limits.ts';

/** An empty setting is one that is not set: every limit as a shop has it, but for staff, who fill the shelves. */
export const ALL_LIMITS = {
  ...Object.fromEntries(Object.keys(WITHOUT_LIMITS).map((name) => [name, ''])),
  RATE_LIMIT: 'on',
  RATE_LIMIT_USER: '100000',
  ACCESS_TOKEN_LIFETIME_S: '900',
};
