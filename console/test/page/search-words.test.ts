import { describe, expect, test } from 'bun:test';
import { readSearch, searchWords } from '../../src/page/search-words.ts';

const ID = '01939d3c-1f2a-7abc-8def-0123456789ab';

describe('the search field', () => {
  test('opens an order by its id, in capitals too, and a listed one by the end of it', () => {
    expect(readSearch(` ${ID.toUpperCase()} `)).toEqual({ kind: 'order', id: ID });
    expect(readSearch('456789ab', [ID])).toEqual({ kind: 'order', id: ID });
  });

  test('takes any other single word for a SKU', () => {
    expect(readSearch('456789ab')).toEqual({ kind: 'filter', change: { sku: '456789ab' } });
    expect(readSearch('MUG-BLUE')).toEqual({ kind: 'filter', change: { sku: 'MUG-BLUE' } });
  });

  test('reads words with a colon, several at once', () => {
    expect(readSearch('status:cancelled older:5m')).toEqual({ kind: 'filter', change: { status: 'cancelled', olderThan: '300' } });
    expect(readSearch(`reason:out-of-stock waits:stock_back customer:${ID}`)).toEqual({ kind: 'filter', change: { reason: 'out_of_stock', waitsFor: 'stock_back', userId: ID } });
    expect(readSearch('older:2h')).toEqual({ kind: 'filter', change: { olderThan: '7200' } });
    expect(readSearch('older:90')).toEqual({ kind: 'filter', change: { olderThan: '90' } });
  });

  test.each(['status:lost', 'reason:', 'customer:anna', 'older:soon', 'colour:red', 'constructor:x', '<script>', 'sku:a/b'])('says why it cannot read %p', (typed) => {
    expect(readSearch(typed).kind).toBe('unclear');
  });

  test('writes filters as it reads them', () => {
    const place = { status: 'cancelled', reason: 'payment_declined', waitsFor: 'money_back', sku: 'MUG', userId: ID, olderThan: '5400' };
    const words = searchWords(place).map(({ word }) => word);
    expect(words).toContain('older:90m');
    expect(readSearch(words.join(' '))).toEqual({ kind: 'filter', change: place });
  });
});
