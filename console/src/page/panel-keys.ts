/** Attribute of a row that the arrow keys reach; the first link or button in it takes the focus. */
const ROW = '[data-row]';

/**
 * Keys within the drawer: up and down go from row to row, and a letter presses the button that names it in `aria-keyshortcuts`: the one in the row that has
 * the focus, else the only one there is. Returns what ends it.
 */
export function followPanelKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    const space = document.querySelector('.drawer-space');
    if (space === null || document.querySelector('dialog[open]') !== null) return;
    if (target !== null && target !== document.body && !space.contains(target)) return;
    if (target?.matches('input, textarea, select') === true) return;
    if (moved(event.key, space, target) || pressed(event.key, space, target)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  // Before the page's own keys, of which j and k go through the orders.
  document.addEventListener('keydown', press, { capture: true });
  return () => document.removeEventListener('keydown', press, { capture: true });
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function moved(key: string, space: Element, target: Element | null): boolean {
  const step = STEPS[key];
  const rows = [...space.querySelectorAll(ROW)];
  if (step === undefined || rows.length === 0) return false;
  const at = rows.findIndex((row) => target !== null && row.contains(target));
  const next = at === -1 ? (step > 0 ? rows[0] : rows.at(-1)) : rows[at + step];
  next?.querySelector<HTMLElement>('a[href], button')?.focus();
  return true;
}

function pressed(key: string, space: Element, target: Element | null): boolean {
  if (!/^[a-z]$/.test(key)) return false;
  const named = `button[aria-keyshortcuts="${key}"]`;
  const inRow = target?.closest(ROW)?.querySelector<HTMLElement>(named);
  const all = space.querySelectorAll<HTMLElement>(named);
  const button = inRow ?? (all.length === 1 ? all[0] : undefined);
  button?.click();
  return button !== undefined;
}
