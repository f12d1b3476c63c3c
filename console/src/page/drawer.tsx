import { signal, useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { counted } from './counts.ts';
import { session } from './live.ts';
import { PanelLink, whyNoWrites } from './panel-parts.tsx';
import { followPanelKeys } from './panel-keys.ts';
import { Busy, PlaceLink } from './parts.tsx';
import { type Drawer as DrawerName, place } from './place.ts';

type Panel = Exclude<DrawerName, 'help'>;

const PANELS: readonly { readonly panel: Panel; readonly name: string; readonly isEmbedded?: true }[] = [
  { panel: 'letters', name: 'Dead letters' },
  { panel: 'parked', name: 'Parked' },
  { panel: 'stuck', name: 'Stuck' },
  { panel: 'redrives', name: 'Redrives' },
  { panel: 'stock', name: 'Stock' },
  { panel: 'payments', name: 'Payments' },
  { panel: 'faults', name: 'Break it', isEmbedded: true },
];

/** The panel that lies over the right side: trouble and its cures, stock, and money. */
export function Drawer() {
  const { drawer, item } = place.value;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => followPanelKeys(), []);
  useFocusInside(root, drawer, item);
  if (drawer === undefined || drawer === 'help') return null;
  const why = whyNoWrites();
  return (
    <div class="drawer" ref={root}>
      <div class="drawer-head">
        <Tabs open={drawer} />
        <PlaceLink className="drawer-close" to={{ drawer: undefined, item: undefined }}>Close<span class="unseen"> this panel</span> <kbd aria-hidden="true">Esc</kbd></PlaceLink>
      </div>
      {why !== null && <p class="read-only">{why}</p>}
      <Content panel={drawer} item={item} />
    </div>
  );
}

function Tabs({ open }: { readonly open: Panel }) {
  const isEmbedded = session.value?.embedded === true;
  const counts = useComputed(() => ({ letters: counted.value?.deadLetters, parked: counted.value?.parkedKeys, stuck: counted.value?.orders?.stuck }));
  const tabs = useRef<HTMLElement>(null);
  // On a narrow page the tabs are wider than it.
  useEffect(() => tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [open, isEmbedded]);
  const countOf = (panel: Panel) => (panel === 'letters' || panel === 'parked' || panel === 'stuck' ? (counts.value[panel] ?? 0) : 0);
  return (
    <nav class="tabs" ref={tabs} aria-label="Panels">
      {PANELS.filter((each) => isEmbedded || each.isEmbedded !== true).map(({ panel, name }) => (
        <PanelLink key={panel} to={{ drawer: panel, item: undefined }} isCurrent={panel === open}>
          {name}{countOf(panel) > 0 && <span class="tab-count">{countOf(panel).toLocaleString('en')}</span>}
        </PanelLink>
      ))}
    </nav>
  );
}

type Shown = (props: { readonly panel: Panel; readonly item: string | undefined }) => ComponentChildren;

/** The panels come when the first of them is opened: the first screen does without. */
const panels = signal<{ readonly PanelContent: Shown } | null>(null);

async function loadPanels(): Promise<boolean> {
  try {
    const { PanelContent } = await import('./panels.tsx');
    panels.value = { PanelContent };
    return true;
  } catch {
    // The file did not come: the drawer says so.
    return false;
  }
}

function Content({ panel, item }: { readonly panel: Panel; readonly item: string | undefined }) {
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    if (panels.peek() === null) void loadPanels().then((isLoaded) => setMissing(!isLoaded));
  }, []);
  const all = panels.value;
  if (all !== null) return <all.PanelContent panel={panel} item={item} />;
  return isMissing ? <p class="nothing">This panel could not be loaded. <a href={location.href}>Load the page again</a></p> : <Busy />;
}

/** Frames for which a row is looked for: about 2 s. */
const ROW_FRAMES = 120;

/** Nothing has the focus any more, or something that lies under the drawer. */
function isLost(focused: Element | null): boolean {
  return focused === null || focused === document.body || focused.matches('.drawer-space');
}

/** When what had the focus went away with the last view, the focus goes to what opened; one level up, to where it came from. */
function useFocusInside(root: { readonly current: HTMLElement | null }, drawer: string | undefined, item: string | undefined): void {
  const before = useRef<{ drawer: string | undefined; item: string | undefined }>({ drawer, item });
  useEffect(() => {
    const { drawer: lastDrawer, item: lastItem } = before.current;
    before.current = { drawer, item };
    if (lastDrawer === drawer && lastItem === item) return undefined;
    const cameFrom = lastDrawer === drawer ? lastItem : undefined;
    let frame = requestAnimationFrame(() => {
      if (root.current === null || !isLost(document.activeElement)) return;
      root.current.querySelector<HTMLElement>('h2')?.focus();
      lookForRow(ROW_FRAMES);
    });
    // The rows are there once they were read.
    function lookForRow(left: number): void {
      if (cameFrom === undefined || left === 0 || document.activeElement?.matches('.drawer h2') !== true) return;
      const row = root.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(cameFrom)}"]`);
      if (row) row.focus();
      else frame = requestAnimationFrame(() => lookForRow(left - 1));
    }
    return () => cancelAnimationFrame(frame);
  }, [drawer, item]);
}
