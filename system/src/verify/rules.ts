import { CATALOGUE_RULES } from './catalogue-rules.ts';
import { ERASURE_RULES } from './people-rules.ts';
import { LOW_STOCK_RULES } from './low-stock-rules.ts';
import { MESSAGE_RULES } from './message-rules.ts';
import { MONEY_RULES } from './money-rules.ts';
import { ORDER_RULES } from './order-rules.ts';
import { PARCEL_RULES } from './parcel-rules.ts';
import { REFUND_RULES } from './refund-rules.ts';
import type { Rule } from './rule.ts';
import { STOCK_RULES } from './goods-rules.ts';

/** Promises that the system keeps once it has come to rest. */
export const RULES: readonly Rule[] = [
  ...ORDER_RULES,
  ...PARCEL_RULES,
  ...STOCK_RULES,
  ...LOW_STOCK_RULES,
  ...MONEY_RULES,
  ...REFUND_RULES,
  ...ERASURE_RULES,
  ...CATALOGUE_RULES,
  ...MESSAGE_RULES,
];
