import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { focusList, SEARCH_ID } from './keys.ts';
import { NO_FILTERS, ORDER_FILTERS } from './order-filters.ts';
import { listed } from './orders.ts';
import { go, place } from './place.ts';
import { readSearch, searchWords } from './search-words.ts';

/** The offers of the field while something is typed. */
const OFFERED = (['status', 'reason', 'waitsFor'] as const).flatMap((filter) => ORDER_FILTERS[filter].values.map((value) => `${ORDER_FILTERS[filter].name}:${value}`)).concat('older:5m', 'older:1h');

/** The search field, and a chip for each filter. */
export function Filters() {
  const why = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const search = (event: Event) => {
    event.preventDefault();
    const typed = field.current?.value ?? '';
    const found = readSearch(typed, listed.peek().map(({ id }) => id));
    why.value = found.kind === 'unclear' ? found.why : null;
    if (found.kind === 'unclear') return;
    if (field.current !== null) field.current.value = '';
    if (found.kind === 'order') go({ order: found.id, message: undefined });
    else go(found.change);
    focusList();
  };
  return (
    <search class="filters">
      <form onSubmit={search}>
        <label class="unseen" for={SEARCH_ID}>Search orders: an order id, a SKU, or words like status:cancelled</label>
        <input
          id={SEARCH_ID} ref={field} type="search" list="offered" autocomplete="off" spellcheck={false} maxLength={300}
          placeholder="Order id, SKU, status:cancelled, older:5m" aria-describedby="unclear" aria-invalid={why.value !== null} onInput={() => { why.value = null; }}
        />
        <kbd aria-hidden="true">/</kbd>
        <datalist id="offered">{OFFERED.map((word) => <option key={word} value={word} />)}</datalist>
      </form>
      <p id="unclear" class="unclear" role="status">{why}</p>
      <Chips />
    </search>
  );
}

function Chips() {
  const words = searchWords(place.value);
  if (words.length === 0) return null;
  const remove = (change: Parameters<typeof go>[0]) => {
    go(change);
    document.getElementById(SEARCH_ID)?.focus();
  };
  return (
    <ul class="chips" aria-label="Filters">
      {words.map(({ filter, word }) => (
        <li key={filter}><button type="button" class="chip" aria-label={`Remove the filter ${word}`} onClick={() => remove({ [filter]: undefined })}>{word} <span aria-hidden="true">×</span></button></li>
      ))}
      {words.length > 1 && <li><button type="button" class="link" onClick={() => remove(NO_FILTERS)}>all orders</button></li>}
    </ul>
  );
}
