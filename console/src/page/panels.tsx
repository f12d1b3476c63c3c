import { FaultsPanel } from './faults-panel.tsx';
import { LettersPanel } from './letters-panel.tsx';
import { ParkedPanel } from './parked-panel.tsx';
import { PaymentsPanel } from './payments-panel.tsx';
import type { Drawer } from './place.ts';
import { RedrivesPanel } from './redrives-panel.tsx';
import { StockPanel } from './stock-panel.tsx';
import { StuckPanel } from './stuck-panel.tsx';

/** The content of a panel of the drawer. */
export function PanelContent({ panel, item }: { readonly panel: Exclude<Drawer, 'help'>; readonly item: string | undefined }) {
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
