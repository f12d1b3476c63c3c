import { MESSAGE_RULES } from './message-rules.ts';
import { MONEY_RULES } from './money-rules.ts';
import { ORDER_RULES } from './order-rules.ts';
import type { Rule } from './rule.ts';
import { STOCK_RULES } from './stock-rules.ts';

/** What the system promises once it has come to rest. */
export const RULES: readonly Rule[] = [...ORDER_RULES, ...STOCK_RULES, ...MONEY_RULES, ...MESSAGE_RULES];
