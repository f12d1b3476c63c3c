import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { counted } from './counts.ts';
import { FaultsPanel } from './faults-panel.tsx';
import { LettersPanel } from './letters-panel.tsx';
import { session } from './live.ts';
import { PanelLink, whyNoWrites } from './panel-parts.tsx';
import { followPanelKeys } from './panel-keys.ts';
import { ParkedPanel } from './parked-panel.tsx';
import { PlaceLink } from './parts.tsx';
import { PaymentsPanel } from './payments-panel.tsx';
import { type Drawer as DrawerName, place } from './place.ts';
import { RedrivesPanel } from './redrives-panel.tsx';
import { StockPanel } from './stock-panel.tsx';
import { StuckPanel } from './stuck-panel.tsx';

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
        <PlaceLink className="drawer-close" to={{ drawer: undefined, item: undefined }} label="Close this panel">Close <kbd aria-hidden="true">Esc</kbd></PlaceLink>
      </div>
      {why !== null && <p class="read-only">{why}</p>}
      <Content panel={drawer} item={item} />
    </div>
  );
}

function Tabs({ open }: { readonly open: Panel }) {
  const isEmbedded = session.value?.embedded === true;
  const counts = useComputed(() => ({ letters: counted.value?.deadLetters, parked: counted.value?.parkedKeys, stuck: counted.value?.orders?.stuck }));
  const countOf = (panel: Panel) => (panel === 'letters' || panel === 'parked' || panel === 'stuck' ? (counts.value[panel] ?? 0) : 0);
  return (
    <nav class="tabs" aria-label="Panels">
      {PANELS.filter((each) => isEmbedded || each.isEmbedded !== true).map(({ panel, name }) => (
        <PanelLink key={panel} to={{ drawer: panel, item: undefined }} isCurrent={panel === open}>
          {name}{countOf(panel) > 0 && <span class="tab-count">{countOf(panel).toLocaleString('en')}</span>}
        </PanelLink>
      ))}
    </nav>
  );
}

function Content({ panel, item }: { readonly panel: Panel; readonly item: string | undefined }) {
  switch (panel) {
    case 'letters':
      return <LettersPanel item={item} />;
    case 'parked':
      return <ParkedPanel />;
    case 'stuck':
      return <StuckPanel />;
    case 'stock':
      return <StockPanel item={item} />;
    case 'payments':
      return <PaymentsPanel item={item} />;
    case 'faults':
      return <FaultsPanel />;
    case 'redrives':
      return <RedrivesPanel item={item} />;
    default:
      return panel satisfies never;
  }
}

/** When what had the focus went away with the last view, the focus goes to what opened; one level up, to where it came from. */
function useFocusInside(root: { readonly current: HTMLElement | null }, drawer: string | undefined, item: string | undefined): void {
  const before = useRef<{ drawer: string | undefined; item: string | undefined }>({ drawer, item });
  useEffect(() => {
    const { drawer: lastDrawer, item: lastItem } = before.current;
    before.current = { drawer, item };
    if (lastDrawer === drawer && lastItem === item) return undefined;
    const frame = requestAnimationFrame(() => {
      const { activeElement } = document;
      if (root.current === null || (activeElement !== document.body && activeElement?.closest('main') === null)) return;
      if (activeElement !== document.body && activeElement?.isConnected === true && activeElement.closest('.drawer-space') !== null && activeElement.matches('.tabs a')) return;
      const from = lastDrawer === drawer && lastItem !== undefined ? root.current.querySelector<HTMLElement>(`[data-item="${CSS.escape(lastItem)}"]`) : null;
      (from ?? root.current.querySelector<HTMLElement>('h2'))?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [drawer, item]);
}
