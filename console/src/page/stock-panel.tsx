import type { StockLevel, Warehouse } from '@souk/contracts/http/inventory';
import type { Page } from '@souk/contracts/paging';
import { useState } from 'preact/hooks';
import { type Answer, askService } from './api.ts';
import { Asked, Empty, PanelLink } from './panel-parts.tsx';
import { go } from './place.ts';
import { StockLedger } from './stock-ledger.tsx';
import { useWatched } from './watched.ts';

/** SKUs of a page, and of the list at most. */
const PAGE = 50;
const PAGES_MOST = 10;
/** Longest SKU there is. */
const LONGEST_SKU = 64;

/** Stock of every SKU, or one SKU with the ledger that it adds up from. */
export function StockPanel({ item }: { readonly item: string | undefined }) {
  return item === undefined ? <StockList /> : <StockItem key={item} sku={item} />;
}

interface Levels {
  readonly items: readonly StockLevel[];
  readonly isMore: boolean;
}

async function readLevels(pages: number, signal: AbortSignal): Promise<Answer<Levels>> {
  const items: StockLevel[] = [];
  let cursor: string | null | undefined;
  for (let n = 0; n < pages && cursor !== null; n++) {
    const page: Answer<Page<StockLevel>> = await askService<Page<StockLevel>>('inventory', '/stock', { query: { limit: PAGE, cursor }, signal });
    if (!page.ok) return page;
    items.push(...page.value.items);
    cursor = page.value.nextCursor;
  }
  return { ok: true, value: { items, isMore: (cursor ?? null) !== null }, etag: null };
}

function StockList() {
  const [pages, setPages] = useState(1);
  const [search, setSearch] = useState('');
  const levels = useWatched<Levels>(`levels ${pages}`, (signal) => readLevels(pages, signal), { concerns: ({ service }) => service === 'inventory' });
  const found = (levels.value?.items ?? []).filter(({ sku }) => sku.toLowerCase().includes(search.toLowerCase()));
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    if (search !== '') go({ item: search });
  };
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Stock</h2>
      <form class="search-sku" role="search" onSubmit={open}>
        <label class="stacked">SKU<input type="search" maxLength={LONGEST_SKU} value={search} autoComplete="off" spellcheck={false} onInput={(event) => setSearch(event.currentTarget.value.trim())} /></label>
        <button type="submit">Open</button>
      </form>
      <Asked of={levels} who="Inventory" />
      {levels.value?.items.length === 0 && <Empty>No stock yet: nothing was received.</Empty>}
      {levels.value !== undefined && levels.value.items.length > 0 && found.length === 0 && <p class="nothing">None of the SKUs read so far is like that{levels.value.isMore ? '; “Open” asks for exactly this one' : ''}.</p>}
      {found.length > 0 && (
        <table class="levels">
          <thead><tr><th scope="col">SKU</th><th scope="col" class="number">available</th><th scope="col" class="number">on hand</th><th scope="col" class="number">reserved</th><th scope="col">adds up?</th></tr></thead>
          <tbody>{found.map((level) => <LevelRow key={level.sku} level={level} />)}</tbody>
        </table>
      )}
      {levels.value?.isMore === true && (pages < PAGES_MOST ? <button type="button" class="more" onClick={() => setPages(pages + 1)}>More SKUs</button> : <p class="quiet">The first {PAGE * PAGES_MOST} SKUs are shown; any other is found by its name.</p>)}
    </section>
  );
}

function LevelRow({ level: { sku, available, warehouses } }: { readonly level: StockLevel }) {
  const [onHand, reserved] = [sumOf(warehouses, 'onHand'), sumOf(warehouses, 'reserved')];
  return (
    <tr data-row>
      <th scope="row"><PanelLink to={{ item: sku }} isRow><bdi>{sku}</bdi></PanelLink></th>
      <td class="number">{available.toLocaleString('en')}</td>
      <td class="number">{onHand.toLocaleString('en')}</td>
      <td class="number">{reserved.toLocaleString('en')}</td>
      <td><PanelLink to={{ item: sku }}>ledger<span class="unseen"> of {sku}</span></PanelLink></td>
    </tr>
  );
}

function sumOf(warehouses: StockLevel['warehouses'], figure: 'onHand' | 'reserved' | 'available'): number {
  return warehouses.reduce((sum, warehouse) => sum + warehouse[figure], 0);
}

function StockItem({ sku }: { readonly sku: string }) {
  const names = useWatched<Page<Warehouse>>('warehouses', (signal) => askService('inventory', '/warehouses', { query: { limit: 100 }, signal }), { everyMs: () => 60_000 });
  return (
    <section class="panel" aria-labelledby="panel-title">
      <nav class="crumbs" aria-label="Way back"><PanelLink to={{ item: undefined }}>Stock</PanelLink> <span aria-hidden="true">›</span> <span>SKU</span></nav>
      <h2 id="panel-title" tabIndex={-1}><bdi>{sku}</bdi></h2>
      <StockLedger sku={sku} names={new Map(names.value?.items.map(({ id, name, active }) => [id, active ? name : `${name} (inactive)`]))} />
    </section>
  );
}
