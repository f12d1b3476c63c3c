import { describe, expect, test } from 'bun:test';
import { type Counted, countsSentence, type Reach } from '../../src/page/counts-sentence.ts';

const orders = { placed: 12, awaiting_payment: 4, completed: 9876, rejected: 3, cancelled: 12, stuck: 0, stuckAfterS: 60 };
const well: Counted = { deadLetters: 0, parkedKeys: 0, orders, toShip: { count: 31, more: false } };

const REACHED: Reach = { away: [], isLost: false };

describe('the sentence of counts', () => {
  test('begins with trouble', () => {
    expect(text({ ...well, deadLetters: 2, parkedKeys: 1, orders: { ...orders, stuck: 3 } })).toBe(
      '2 dead letters, 1 parked key and 3 stuck orders; 12 wait for stock, 4 for payment, 31 for shipping; 9,876 completed, 12 cancelled, 3 rejected.',
    );
  });

  test('says when there is none', () => {
    expect(text(well)).toBe('All is well: 12 wait for stock, 4 for payment, 31 for shipping; 9,876 completed, 12 cancelled, 3 rejected.');
  });

  test('does not say that all is well while a service does not answer, or nobody does', () => {
    expect(text(well, { away: ['inventory'] })).toStartWith('Inventory does not answer; 12 wait for stock');
    expect(text({ ...well, deadLetters: 2 }, { away: ['inventory', 'payment'] })).toStartWith('Inventory and Payment do not answer; 2 dead letters; 12 wait');
    expect(text(well, { away: ['inventory'], isLost: true })).toStartWith('Before the link was lost: 12 wait for stock');
  });

  test('leaves out what nobody waits for', () => {
    const one = { ...orders, placed: 0, awaiting_payment: 1 };
    expect(text({ ...well, orders: one, toShip: null })).toBe('All is well: 1 waits for payment; 9,876 completed, 12 cancelled, 3 rejected.');
  });

  test('of an empty shop is short', () => {
    expect(text({ ...well, orders: { ...orders, placed: 0, awaiting_payment: 0, completed: 0, rejected: 0, cancelled: 0 }, toShip: null })).toBe('All is well: no orders yet.');
  });

  test('does not say that all is well before the orders are counted', () => {
    expect(text({ ...well, orders: null })).toBe('');
    expect(text({ ...well, orders: null, deadLetters: 1 })).toBe('1 dead letter.');
  });

  test('says where a count has stopped', () => {
    expect(text({ ...well, deadLetters: 1000, toShip: { count: 100, more: true } })).toStartWith('1,000+ dead letters; 12 wait for stock, 4 for payment, 100+ for shipping;');
  });

  test('leads from every number to what it counts', () => {
    const pieces = countsSentence({ ...well, deadLetters: 2, parkedKeys: 1, orders: { ...orders, stuck: 3 } }, REACHED);
    const numbers = pieces.filter((piece) => /\d/.test(piece.text));
    expect(numbers).toHaveLength(9);
    expect(numbers.every(({ to }) => to !== undefined)).toBe(true);
    expect(numbers.map(({ to }) => to?.drawer ?? to?.status ?? to?.waitsFor)).toEqual(['letters', 'parked', 'stuck', 'stock', 'payment', 'shipping', 'completed', 'cancelled', 'rejected']);
  });
});

function text(counted: Counted, reach: Partial<Reach> = {}): string {
  return countsSentence(counted, { ...REACHED, ...reach }).map((piece) => piece.text).join('');
}
