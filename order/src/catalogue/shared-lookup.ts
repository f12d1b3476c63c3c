import type { ProductState } from '../domain/catalogue.ts';
import type { CatalogueLookup } from './catalogue-lookup.ts';

/** Those who ask for the same SKUs at the same time share one question: a new product on its first day is asked for by many. */
export function sharedLookup(lookup: CatalogueLookup): CatalogueLookup {
  const running = new Map<string, Promise<readonly ProductState[]>>();
  return {
    find(skus) {
      const question = skus.toSorted().join();
      const asked = running.get(question) ?? lookup.find(skus).finally(() => running.delete(question));
      running.set(question, asked);
      return asked;
    },
  };
}
