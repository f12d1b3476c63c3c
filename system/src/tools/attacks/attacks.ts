import { ANSWER_ATTACKS } from './answer-attacks.ts';
import type { Attack } from './attack.ts';
import { BODY_ATTACKS } from './stranger-attacks.ts';
import { CROWD_ATTACKS } from './crowd-attacks.ts';
import { GROWTH_ATTACKS } from './customer-attacks.ts';

/** All attacks, in the order of the audit's rows. */
export const ATTACKS: readonly Attack[] = [...BODY_ATTACKS, ...ANSWER_ATTACKS, ...CROWD_ATTACKS, ...GROWTH_ATTACKS].toSorted((a, b) => rowNumber(a) - rowNumber(b));

function rowNumber({ row }: Attack): number {
  return Number(row.slice(1));
}
