import type { Product } from '../src/domain/product.ts';

const SYLLABLES = ['ba', 'bel', 'cor', 'da', 'den', 'fa', 'fir', 'go', 'gra', 'hol', 'in', 'ka', 'ken', 'la', 'lum', 'ma', 'mor', 'na', 'nes', 'ol', 'pa', 'per', 'qui', 'ra', 'ris', 'sa', 'ster', 'ta', 'tor', 'um', 'va', 'wel', 'xi', 'ya', 'zan'];

const WORDS = 20_000;
const WORDS_OF_A_TITLE = 4;
const WORDS_OF_A_DESCRIPTION = 12;

const ROOTS = 8;
const BRANCHES = 6;
const LEAVES = 8;

/** Times lie a second apart. */
const FIRST_AT = Date.UTC(2020, 0);

interface Category {
  readonly id: string;
  /** Itself and all that is below it, as `?category=` asks for them. */
  readonly withBelow: readonly string[];
}

export interface Catalogue {
  /** The most frequent first. */
  readonly words: readonly string[];
  readonly roots: readonly Category[];
  readonly branches: readonly Category[];
  readonly leaves: readonly Category[];
  /** The same product for the same number, always. */
  product(n: number): Product;
}

/** A shop as shops are: few words, categories and prices have most of the products (Zipf), and most of them few. */
export function catalogue(): Catalogue {
  const words = vocabulary();
  const { roots, branches, leaves } = tree();
  const word = zipf(words.length);
  const leaf = zipf(leaves.length);
  const phrase = (random: () => number, length: number) => Array.from({ length }, () => words[word(random())]).join(' ');
  return {
    words,
    roots,
    branches,
    leaves,
    product(n) {
      const random = randomFrom(n + 1);
      const title = phrase(random, WORDS_OF_A_TITLE);
      const description = phrase(random, WORDS_OF_A_DESCRIPTION);
      const of = (random() < 0.2 ? [0, 1] : [0]).flatMap(() => leaves[(leaf(random()) * 31) % leaves.length]?.id ?? []);
      const lowest = Math.round(100 * Math.exp(2 + 2.2 * (random() + random() + random() - 1.5) + random()));
      const variants = Array.from({ length: random() < 0.6 ? 1 : 2 + Math.floor(random() * 4) }, (_, at) => ({
        sku: skuOf(n, at),
        options: { size: String(at) },
        price: { amount: random() < 0.5 ? lowest : lowest + Math.floor(lowest * random()), currency: 'EUR' as const },
      }));
      const status = random() < 0.8 ? 'active' : random() < 0.6 ? 'archived' : 'draft';
      const at = FIRST_AT + n * 1000;
      const id = idOf(n, random);
      return { id, slug: `product-${n}`, title, description, status, categoryIds: [...new Set(of)], attributes: {}, variants, images: [], version: 1, createdAt: at, updatedAt: at };
    },
  };
}

export function skuOf(n: number, at: number): string {
  return `SKU-${String(n).padStart(7, '0')}-${at}`;
}

function vocabulary(): string[] {
  const random = randomFrom(64);
  const words = new Set<string>();
  while (words.size < WORDS) {
    const length = 2 + Math.floor(random() * 3);
    words.add(Array.from({ length }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(''));
  }
  return [...words];
}

function tree(): Pick<Catalogue, 'roots' | 'branches' | 'leaves'> {
  const idIn = (level: number, n: number) => `00000000-0000-7000-8000-${String(level)}${String(n).padStart(11, '0')}`;
  const leaves = Array.from({ length: ROOTS * BRANCHES * LEAVES }, (_, n) => ({ id: idIn(3, n), withBelow: [idIn(3, n)] }));
  const above = (level: number, count: number, below: readonly Category[]) =>
    Array.from({ length: count }, (_, n) => {
      const share = below.length / count;
      const id = idIn(level, n);
      return { id, withBelow: [id, ...below.slice(n * share, (n + 1) * share).flatMap(({ withBelow }) => withBelow)] };
    });
  const branches = above(2, ROOTS * BRANCHES, leaves);
  return { leaves, branches, roots: above(1, ROOTS, branches) };
}

/** Ranks from 0, the next one as frequent as its number says: 1, 1/2, 1/3. */
function zipf(ranks: number): (uniform: number) => number {
  const sums = new Float64Array(ranks);
  let sum = 0;
  for (let rank = 0; rank < ranks; rank += 1) sums[rank] = sum += 1 / (rank + 1);
  return (uniform) => {
    let [low, high] = [0, ranks - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? sum) < uniform * sum) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Version 7 is in the order of time, as ids of real products are. */
function idOf(n: number, random: () => number): string {
  const time = (FIRST_AT + n * 1000).toString(16).padStart(12, '0');
  const tail = Math.floor(random() * 2 ** 44).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}`;
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
