import { Money } from '../money.ts';
import { open } from '../schema.ts';

export const EventMoney = open(Money);
