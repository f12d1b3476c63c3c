import type { EventData } from '@souk/contracts/topics';
import { type PriceChange, priceChanges, type Priced } from '../domain/price-change.ts';

/** An event of a product as every engine stores it. */
export interface KeptEvent {
  readonly stream: string;
  readonly data: string;
  readonly context: string;
}

/** Every price change in the events of products. All events of a product must be there, in the order of its versions. */
export function pricesTold(events: readonly KeptEvent[]): PriceChange[] {
  return [...Map.groupBy(events, ({ stream }) => stream).values()].flatMap(pricesOfOne);
}

function pricesOfOne(events: readonly KeptEvent[]): PriceChange[] {
  let before: Priced | undefined;
  return events.flatMap(({ data, context }) => {
    const { product }: EventData<'product.created'> = JSON.parse(data);
    const { actor }: { readonly actor: string } = JSON.parse(context);
    const after = { ...product, updatedAt: Date.parse(product.updatedAt) };
    const changes = priceChanges(before, after, actor);
    before = after;
    return changes;
  });
}
