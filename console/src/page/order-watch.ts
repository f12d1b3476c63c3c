import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { askService } from './api.ts';
import { committed, frozen, gaps, link } from './live.ts';
import { noFacts, type OrderFacts, readers } from './order-facts.ts';
import { isParty, type Lane, type Party, PARTIES } from './lanes.ts';
import { waitsForOthers } from './why-stuck.ts';

/** Commits of one moment are read together. Milliseconds. */
const TOGETHER_MS = 30;
/** By then a message has been delivered and decided on. Milliseconds. */
const DELIVERED_AFTER_MS = 1000;
/** Parked messages and an open charge change without a commit about the order. Milliseconds. */
const LOOK_AGAIN_MS = 5000;

export interface OrderWatch {
  readonly facts: Signal<OrderFacts>;
  /** Reads everything anew. */
  readonly reload: () => void;
}

/** The facts of an order, kept up to date for as long as somebody looks at it. */
export function useOrderWatch(id: string): OrderWatch {
  const watch = useMemo(() => watchOrder(id), [id]);
  useEffect(() => watch.follow(), [watch]);
  return watch;
}

function watchOrder(id: string) {
  const facts = signal(noFacts(id));
  const ending = new AbortController();
  const ask = readers(id, askService, (change) => { facts.value = change(facts.value); }, ending.signal);
  const dirty = new Set<Party>();
  const reading = new Set<Party>();
  let together: ReturnType<typeof setTimeout> | undefined;
  let afterwards: ReturnType<typeof setTimeout> | undefined;

  function readDirty(): void {
    together = undefined;
    for (const party of dirty) {
      if (reading.has(party)) continue;
      dirty.delete(party);
      reading.add(party);
      void readParty(party);
    }
    clearTimeout(afterwards);
    afterwards = setTimeout(readDeliveries, DELIVERED_AFTER_MS);
  }

  async function readParty(party: Party): Promise<void> {
    await ask.party(party);
    reading.delete(party);
    if (dirty.has(party)) readSoon();
    await ask.deliveries(party);
  }

  function readSoon(): void {
    together ??= setTimeout(readDirty, TOGETHER_MS);
  }

  function readDeliveries(): void {
    for (const party of PARTIES) void Promise.all([ask.deliveries(party), ask.trouble(party)]);
  }

  function mark(party: Party): void {
    dirty.add(party);
    readSoon();
  }

  function reload(): void {
    void Promise.all(ask.all());
  }

  function lookAgain(): void {
    if (frozen.value || document.hidden || !waitsForOthers(facts.value)) return;
    readDeliveries();
    if (facts.value.payment.value?.status === 'pending') mark('payment');
  }

  /** Starts; the answer ends it. */
  function follow(): () => void {
    reload();
    const unsubscribe = committed.subscribe((entries) => {
      for (const { key, service } of entries) if (key === id && isParty(service as Lane)) mark(service as Party);
    });
    let told = gaps.peek();
    const stopGaps = gaps.subscribe((now) => {
      if (now !== told) reload();
      told = now;
    });
    let down = link.peek().down;
    const stopLink = link.subscribe((now) => {
      for (const party of PARTIES) if (down.includes(party) !== now.down.includes(party)) mark(party);
      down = now.down;
    });
    const again = setInterval(lookAgain, LOOK_AGAIN_MS);
    return () => {
      unsubscribe();
      stopGaps();
      stopLink();
      clearInterval(again);
      clearTimeout(together);
      clearTimeout(afterwards);
      ending.abort();
    };
  }

  return { facts, reload, follow };
}
