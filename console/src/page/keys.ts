import { signal } from '@preact/signals';
import { frozen } from './live.ts';
import { drawTo, listed } from './orders.ts';
import { go, type Place, place } from './place.ts';

export const LIST_ID = 'orders';
export const SEARCH_ID = 'search';

/** The order in the list that the arrow keys have reached; null: the first. */
export const activeOrder = signal<string | null>(null);

export const KEYS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'search: an order id, a SKU, or status:cancelled reason:… waits:… customer:… older:5m' },
  { keys: ['↑', '↓', 'j', 'k'], does: 'the previous or next order; Home and End, Page up and Page down' },
  { keys: ['Enter'], does: 'open the order' },
  { keys: ['Esc'], does: 'close what is on top' },
  { keys: ['Space'], does: 'freeze the page, and thaw it' },
  { keys: ['?'], does: 'these keys' },
];

/** Keys of the open panel, which go before those of the page; each stands beside its button. */
export const PANEL_KEYS: typeof KEYS = [
  { keys: ['↑', '↓', 'j', 'k'], does: 'the previous or next row; Enter opens it' },
  { keys: ['r'], does: 'redrive a dead letter or a group of them; try a parked key now' },
  { keys: ['t'], does: 'try the open letter first, which changes nothing' },
  { keys: ['d'], does: 'discard the open letter' },
  { keys: ['n', 'c'], does: 'nudge or compensate a stuck order' },
  { keys: ['s'], does: 'stop the open redrive' },
  { keys: ['o', 'e'], does: 'place a demo order; end a fault now' },
];

/** Rows that Page up and Page down pass over. */
const PAGE = 10;

/** Keys that work wherever the focus is, but for fields that take text. */
export function followKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === 'Escape') return escape(event, target);
    if (takesText(target) || document.querySelector('dialog[open]') !== null) return;
    switch (event.key) {
      case '/':
        document.getElementById(SEARCH_ID)?.focus();
        break;
      case '?':
        go({ drawer: 'help', item: undefined });
        break;
      case ' ':
        if (target?.closest('button, a, summary, [role=button], [role=tab], [role=checkbox]')) return;
        frozen.value = !frozen.value;
        break;
      case 'j':
      case 'k':
        move(event.key === 'j' ? 1 : -1);
        break;
      case 'ArrowDown':
      case 'ArrowUp':
        // Elsewhere the arrows scroll.
        if (target !== document.body) return;
        move(event.key === 'ArrowDown' ? 1 : -1);
        break;
      default:
        return;
    }
    event.preventDefault();
  });
}

/** Keys of the list itself. */
export function listKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };
  const step = steps[event.key];
  if (step !== undefined) move(step);
  else if (event.key === 'Enter') openActive();
  else return;
  event.preventDefault();
}

/** Goes so many orders down the list. */
function move(step: number): void {
  const orders = listed.peek();
  const at = orders.findIndex(({ id }) => id === (activeOrder.peek() ?? place.peek().order));
  const index = at === -1 && Math.abs(step) === 1 ? 0 : Math.min(orders.length - 1, Math.max(0, at + step));
  const next = orders[index];
  if (next === undefined) return;
  focusList();
  activeOrder.value = next.id;
  drawTo(index);
  // A row that was not drawn yet is drawn by the next frame.
  const isDrawn = show(next.id);
  if (!isDrawn) requestAnimationFrame(() => show(next.id));
}

/** False when the row is not drawn. */
function show(id: string): boolean {
  const row = document.getElementById(`order-${id}`);
  row?.scrollIntoView({ block: 'nearest' });
  return row !== null;
}

function openActive(): void {
  const order = activeOrder.peek() ?? listed.peek()[0]?.id;
  if (order === undefined) return;
  activeOrder.value = order;
  go({ order, message: undefined });
}

export function focusList(): void {
  document.getElementById(LIST_ID)?.focus({ preventScroll: true });
}

function escape(event: KeyboardEvent, target: Element | null): void {
  if (document.querySelector('dialog[open]') !== null) return;
  const menu = target?.closest('details.menu[open]');
  if (menu) {
    menu.removeAttribute('open');
    menu.querySelector('summary')?.focus();
  } else if (target?.id === SEARCH_ID) focusList();
  else closeTop();
  event.preventDefault();
}

/** Closes what lies on top: the drawer, the open arrow of an order, or the order. */
export function closeTop(): void {
  const { drawer, message, order } = place.peek();
  const change: { [Name in keyof Place]?: undefined } | null =
    drawer !== undefined ? { drawer: undefined, item: undefined } : message !== undefined ? { message: undefined } : order !== undefined ? { order: undefined, view: undefined } : null;
  if (change !== null) go(change);
}

function takesText(target: Element | null): boolean {
  return target !== null && target.matches('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]');
}
