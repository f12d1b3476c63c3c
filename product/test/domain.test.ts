import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { archive, type Change, newProduct, patch, putVariant } from '../src/domain/change-product.ts';
import { folded, searchWords } from '../src/domain/search.ts';
import type { Product } from '../src/domain/product.ts';
import { lastResortSlug, slugCandidates } from '../src/domain/claims.ts';
import { titleKey } from '../src/domain/sort-position.ts';
import { eur } from './running-catalogue.ts';

const NOW = 1_800_000_000_000;
const usd = { amount: 100, currency: 'USD' };
const options = { size: 'L' };
const variants = [{ sku: 'TEA-1', price: eur(100) }];

function aDraft(changes: Partial<Product> = {}): Product {
  const identity = { id: '01980000-0000-7000-8000-00000000abcd', slug: 'tea', now: NOW };
  return { ...newProduct({ title: 'Tea', variants }, identity), ...changes };
}

function factOf(change: Change): string {
  return change.kind === 'changed' ? change.fact.type : change.kind;
}

describe('a product', () => {
  test('can be archived whatever its size: its event then has the prices but no texts', () => {
    const words = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`option ${i}`, 'ก'.repeat(200)]));
    const large = Array.from({ length: 100 }, (_, i) => ({ sku: `TEA-${i}`, price: eur(i), options: words }));
    const change = archive(aDraft({ status: 'active', variants: large, attributes: words }), NOW);
    if (change.kind !== 'changed') throw new Error(change.kind);
    expect(Buffer.byteLength(JSON.stringify(change.fact.data))).toBeLessThan(100_000);
    expect(change.fact.data.product).toMatchObject({ title: 'Tea', status: 'archived', attributes: {} });
    expect(change.fact.data.product.variants).toEqual(large.map((variant) => ({ ...variant, options: {} })));
    expect(change.product.variants).toEqual(large);
  });

  test.each<[string, Change, string]>([
    ['a new title', patch(aDraft(), { title: 'Pot' }, NOW), 'product.updated'],
    ['made active', patch(aDraft(), { status: 'active' }, NOW), 'product.updated'],
    ['active again', patch(aDraft({ status: 'archived' }), { status: 'active' }, NOW), 'product.updated'],
    ['nothing asked', patch(aDraft(), {}, NOW), 'unchanged'],
    ['the same title', patch(aDraft(), { title: 'Tea' }, NOW), 'unchanged'],
    ['an attribute removed that is not there', patch(aDraft(), { attributes: { size: null } }, NOW), 'unchanged'],
    ['another price', putVariant(aDraft(), 'TEA-1', { price: eur(90) }, NOW), 'product.price_changed'],
    ['another currency', putVariant(aDraft(), 'TEA-1', { price: usd }, NOW), 'product.price_changed'],
    ['price and options', putVariant(aDraft(), 'TEA-1', { price: eur(90), options }, NOW), 'product.price_changed'],
    ['options only', putVariant(aDraft(), 'TEA-1', { price: eur(100), options }, NOW), 'product.updated'],
    ['a new variant', putVariant(aDraft(), 'TEA-2', { price: eur(100) }, NOW), 'product.updated'],
    ['the same price', putVariant(aDraft(), 'TEA-1', { price: eur(100) }, NOW), 'unchanged'],
    ['archived', archive(aDraft({ status: 'active' }), NOW), 'product.archived'],
    ['archived twice', archive(aDraft({ status: 'archived' }), NOW), 'unchanged'],
  ])('%s', (_name, change, expected) => {
    expect(factOf(change)).toBe(expected);
    if (change.kind === 'changed') expect(change.product.version).toBe(2);
  });

  test('keeps the later time when the clock goes back', () => {
    const change = patch(aDraft(), { title: 'Pot' }, NOW - 1000);
    expect(change).toMatchObject({ product: { updatedAt: NOW, createdAt: NOW } });
  });

  test('an attribute named like a property of every object is just an attribute', () => {
    const change = patch(aDraft(), { attributes: { constructor: 'x' } }, NOW);
    expect(factOf(change)).toBe('product.updated');
    expect(change).toMatchObject({ product: { attributes: { constructor: 'x' } } });
  });
});

describe('slugs', () => {
  test.each([
    ['Teapot', 'teapot'],
    ['  Émile’s  Größe: No. 1! ', 'emiles-grosse-no-1'],
    ['Łódź & Ærøskøbing', 'lodz-aeroskobing'],
    ['ﬁne ½', 'fine-1-2'],
    ['日本茶', 'tea-1'],
    ['Чай Earl Grey', 'earl-grey'],
    ['x'.repeat(200), 'x'.repeat(180)],
  ])('%s', (title, expected) => {
    expect(slugCandidates(title, 'TEA_1')[0]).toBe(expected);
  });

  test('are numbered, and end with the id when all numbers are taken', () => {
    expect(slugCandidates('!', '...')).toEqual(['product', ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `product-${n}`)]);
    expect(lastResortSlug('tea', aDraft().id)).toBe('tea-00000000abcd');
  });
});

test('folding a folded text changes nothing', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => folded(folded(text)) === folded(text)));
});

test('text is folded for searching and sorting', () => {
  expect(folded(' Crème\tBRÛLÉE\n')).toBe('creme brulee');
  expect(searchWords('Crème  creme BRÛ')).toEqual(['creme', 'bru']);
  expect(slugCandidates('İstanbul Straße', 'S')[0]).toBe('istanbul-strasse');
  expect(titleKey('😀'.repeat(50))).toBe('😀'.repeat(40));
  expect(titleKey(`x${'😀'.repeat(50)}`)).toBe(`x${'😀'.repeat(39)}`);
});
