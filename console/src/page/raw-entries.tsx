import { LANE_NAMES, PARTIES, type Party } from './lanes.ts';
import type { HistoryEntry, OrderFacts } from './order-facts.ts';
import { CopyButton, Failure } from './parts.tsx';

const COLUMNS = ['at', 'name', 'version', 'published', 'sent', 'from', 'to', 'reason', 'id', 'causationId', 'correlationId', 'stream', 'key', 'lane', 'seq'] as const satisfies (keyof HistoryEntry)[];

/** Every entry of the three histories, with every field. */
export function RawEntries({ facts }: { readonly facts: OrderFacts }) {
  const entries = PARTIES.flatMap((party) => (facts.histories[party].value ?? []).map((entry) => ({ party, entry }))).toSorted(byTime);
  const known = Object.fromEntries(Object.entries(facts).map(([name, part]) => [name, isPart(part) ? part.value : part]));
  return (
    <div class="entries">
      <p class="entries-tools"><span>As JSON: {entries.length} entries <CopyButton text={JSON.stringify(entries.map(({ entry }) => entry), null, 2)} label="Copy all entries as JSON" /></span> <span>everything that is known <CopyButton text={JSON.stringify(known, null, 2)} label="Copy everything that is known of the order as JSON" /></span></p>
      {PARTIES.flatMap((party) => facts.histories[party].problem ?? []).map((problem, n) => <Failure key={n} problem={problem} />)}
      <div class="entries-scroll" role="region" aria-label="Entries" tabIndex={0}>
        <table>
          <thead><tr><th scope="col">service</th>{COLUMNS.map((column) => <th key={column} scope="col">{column}</th>)}<th scope="col">headers</th><th scope="col">payload</th></tr></thead>
          <tbody>{entries.map(({ party, entry }) => <Row key={entry.id} party={party} entry={entry} />)}</tbody>
        </table>
      </div>
    </div>
  );
}

function Row({ party, entry }: { readonly party: Party; readonly entry: HistoryEntry }) {
  return (
    <tr>
      <th scope="row">{LANE_NAMES[party]}</th>
      {COLUMNS.map((column) => <td key={column}>{cell(entry[column])}</td>)}
      <td>{entry.message === null ? '–' : <details><summary>{Object.keys(entry.message.headers).length}</summary><pre>{JSON.stringify(entry.message.headers, null, 1)}</pre></details>}</td>
      <td>{entry.message === null ? '–' : <code>{entry.message.value}</code>}</td>
    </tr>
  );
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '–';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function isPart(part: unknown): part is { readonly value: unknown } {
  return typeof part === 'object' && part !== null && 'value' in part;
}

function byTime(a: { readonly entry: HistoryEntry }, b: { readonly entry: HistoryEntry }): number {
  return a.entry.at < b.entry.at ? -1 : a.entry.at > b.entry.at ? 1 : 0;
}
