import { signal } from '@preact/signals';

/** All that the URL names. An absent field is not in the URL. */
export interface Place {
  /** Filters of the list of orders. */
  readonly status?: string;
  readonly reason?: string;
  readonly waitsFor?: string;
  readonly sku?: string;
  readonly userId?: string;
  /** Placed so many seconds ago or earlier. */
  readonly olderThan?: string;
  /** The chosen order. */
  readonly order?: string;
  /** The way in which it is shown; default: `compact`. */
  readonly view?: 'timeline' | 'raw';
  /** Id of the arrow that is open. */
  readonly message?: string;
  /** The open drawer, and what is chosen in it. */
  readonly drawer?: Drawer;
  readonly item?: string;
}

export const DRAWERS = ['letters', 'parked', 'stuck', 'stock', 'payments', 'faults', 'redrives', 'help'] as const;
export type Drawer = (typeof DRAWERS)[number];

const NAMES = ['status', 'reason', 'waitsFor', 'sku', 'userId', 'olderThan', 'order', 'view', 'message', 'drawer', 'item'] as const satisfies (keyof Place)[];

/** An order's id becomes a part of paths: a link must not lead elsewhere by `../` or `?`. */
const ID = /^[\w-]{1,100}$/;

/** The place that is seen now. Change it with `go`. */
export const place = signal<Place>(readPlace(globalThis.location?.search ?? ''));

/** Shows another place: the given fields are replaced, `undefined` removes one. `replace`: without an entry in the browser's history. */
export function go(change: { readonly [Name in keyof Place]?: Place[Name] | undefined }, { replace = false } = {}): void {
  const next = { ...place.value, ...change };
  const url = placeUrl(next as Place);
  if (url === placeUrl(place.value)) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  place.value = readPlace(url.slice(1));
}

export function placeUrl(of: Place): string {
  const parameters = new URLSearchParams();
  for (const name of NAMES) {
    const value = of[name];
    if (value !== undefined && value !== '') parameters.set(name, value);
  }
  return parameters.size === 0 ? '/' : `/?${parameters}`;
}

export function readPlace(search: string): Place {
  const parameters = new URLSearchParams(search);
  const entries = NAMES.flatMap((name) => {
    const value = parameters.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const read = Object.fromEntries(entries) as Place;
  const { drawer, view, order, ...rest } = read;
  return {
    ...rest,
    ...(order !== undefined && ID.test(order) && { order }),
    ...(DRAWERS.some((known) => known === drawer) && { drawer: drawer as Drawer }),
    ...((view === 'timeline' || view === 'raw') && { view }),
  };
}

/** Follows the browser's back and forward buttons. */
export function followHistory(): void {
  addEventListener('popstate', () => {
    place.value = readPlace(location.search);
  });
}
