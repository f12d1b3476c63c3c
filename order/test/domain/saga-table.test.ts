import { describe, expect, test } from 'bun:test';
import { type OrderStatus } from '@souk/contracts/saga';
import { type On, ORDER_SAGA, type Step } from '../../src/domain/order-saga.ts';

/** The table as it was agreed on (the design's third section); `inventory.released` and `payment.refunded` are only heard; `user.deleted`: its customer has left (ADR 25). */
const AGREED = `
| state            | inventory.reserved                   | inventory.failed     | payment.completed         | payment.failed                               | cancel                                         | deadline                                      | inventory.released | payment.refunded | user.deleted                               |
|------------------|--------------------------------------|----------------------|---------------------------|----------------------------------------------|------------------------------------------------|-----------------------------------------------|--------------------|------------------|--------------------------------------------|
| placed           | awaiting_payment ready_for_payment   | rejected rejected    | anomaly                   | anomaly                                      | cancelled(as_asked) cancelled                  | cancelled(inventory_timeout) cancelled        | anomaly            | anomaly          | cancelled(cancelled_by_customer) cancelled |
| awaiting_payment | ignore                               | anomaly              | completed completed       | cancelled(payment_declined) cancelled        | cancelled(as_asked) cancelled                  | cancelled(payment_expired) cancelled          | anomaly            | record           | cancelled(cancelled_by_customer) cancelled |
| completed        | ignore                               | anomaly              | ignore                    | anomaly                                      | cancelled(as_asked) cancelled unless shipped   | ignore                                        | anomaly            | record           | record                                     |
| rejected         | anomaly                              | ignore               | anomaly                   | anomaly                                      | refuse                                         | ignore                                        | anomaly            | anomaly          | ignore                                     |
| cancelled        | record                               | record               | record                    | record                                       | ignore                                         | ignore                                        | record             | record           | ignore                                     |
`;

function cellsOf(line: string): string[] {
  return line.split('|').slice(1, -1).map((cell) => cell.trim());
}

function agreedTable(): Map<string, string> {
  const [head = '', , ...rows] = AGREED.trim().split('\n');
  const [, ...messages] = cellsOf(head);
  return new Map(
    rows.flatMap((row) => {
      const [state = '', ...cells] = cellsOf(row);
      return messages.map((message, column) => [`${state} ${message}`, cells[column] ?? ''] as const);
    }),
  );
}

function written(step: Step): string {
  if (step.kind !== 'transition') return step.kind;
  const why = step.to === 'cancelled' ? `(${step.reason})` : '';
  const unless = step.to === 'cancelled' && step.unlessShipped === true ? ' unless shipped' : '';
  return `${step.to}${why} ${step.emits.replace('order.', '')}${unless}`;
}

function codedTable(): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [state, steps] of Object.entries<Record<On, Step>>(ORDER_SAGA)) {
    for (const [message, step] of Object.entries<Step>(steps)) rows.set(`${state} ${message}`, written(step));
  }
  return rows;
}

describe('the saga table', () => {
  const agreed = agreedTable();
  const coded = codedTable();

  test('answers every pair of state and message, and no other', () => {
    const states = ['placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled'] satisfies OrderStatus[];
    expect(agreed.size).toBe(states.length * 9);
    expect([...coded.keys()].toSorted()).toEqual([...agreed.keys()].toSorted());
  });

  test.each([...agreed])('%s: %s', (pair, step) => {
    expect(coded.get(pair)).toBe(step);
  });
});
