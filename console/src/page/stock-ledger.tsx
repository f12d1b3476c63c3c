import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import { useRef, useState } from 'preact/hooks';
import { addsUp, type LedgerLine, type LedgerSum, type Sum } from './adds-up.ts';
import type { Answer } from './api.ts';
import { Asked, count, Empty, OrderLink, Said, Who } from './panel-parts.tsx';
import { Busy, Shape, Short, Time, TimeOfDay } from './parts.tsx';
import { askInventory, type Ledger, readLedger, readOlder } from './read-ledger.ts';
import { useWatched } from './watched.ts';
import { words } from './words.ts';

/** Lines and holds that are shown at first, and that are added. */
const LINES_SHOWN = 100;
const HOLDS_SHOWN = 20;

interface StockLedgerProps {
  readonly sku: string;
  /** Names of the warehouses by id, as far as they are known. */
  readonly names: ReadonlyMap<string, string>;
}

/** The stock of a SKU beside the ledger that it must add up from. */
export function StockLedger({ sku, names }: StockLedgerProps) {
  const last = useRef<Ledger | undefined>(undefined);
  const [isReadingOlder, setReadingOlder] = useState(false);
  const wantsOlder = useRef(false);
  const read = async (signal: AbortSignal): Promise<Answer<Ledger>> => {
    const ask = askInventory(signal);
    const before = last.current;
    const isOlder = wantsOlder.current && before !== undefined;
    wantsOlder.current = false;
    let answer = isOlder ? await readOlder(sku, ask, before) : await readLedger(sku, ask, before);
    // Before it is called a difference, all of it is read anew.
    if (answer.ok && before !== undefined && sumOfLedger(answer.value).verdict === 'differs') answer = await readLedger(sku, ask);
    if (answer.ok) last.current = answer.value;
    setReadingOlder(false);
    return answer;
  };
  const ledger = useWatched<Ledger>(sku, read, { concerns: ({ service }) => service === 'inventory' });
  const older = () => {
    wantsOlder.current = true;
    setReadingOlder(true);
    ledger.reload();
  };
  return (
    <>
      <Asked of={ledger} who="Inventory" />
      {ledger.value !== undefined && <Adding ledger={ledger.value} names={names} isReadingOlder={isReadingOlder} onOlder={older} />}
    </>
  );
}

function sumOfLedger({ level, movements, olderFrom }: Ledger): LedgerSum {
  return addsUp(level, movements, olderFrom === null);
}

interface AddingProps {
  readonly ledger: Ledger;
  readonly names: ReadonlyMap<string, string>;
  readonly isReadingOlder: boolean;
  readonly onOlder: () => void;
}

function Adding({ ledger, names, isReadingOlder, onOlder }: AddingProps) {
  const sum = sumOfLedger(ledger);
  return (
    <>
      <Judgement sum={sum} ledger={ledger} />
      {sum.verdict === 'partly_read' && <p>{isReadingOlder ? <Busy label="Reading older lines" /> : <button type="button" onClick={onOlder}>Read older lines</button>}</p>}
      <Levels sum={sum} names={names} level={ledger.level} />
      <Holds sum={sum} />
      <Lines sum={sum} names={names} />
      {sum.verdict === 'partly_read' && !isReadingOlder && <button type="button" class="more" onClick={onOlder}>Read older lines</button>}
    </>
  );
}

function Judgement({ sum: { verdict, lines, onHand, reserved, carried, held }, ledger: { isOfOneMoment } }: { readonly sum: LedgerSum; readonly ledger: Ledger }) {
  const read = count(lines.length, 'line');
  switch (verdict) {
    case 'adds_up':
      return <p class="ending is-done" role="status"><Shape name="done" /> <strong>It adds up.</strong> All {read} of the ledger make {onHand.level.toLocaleString('en')} on hand, and {reserved.level === 0 ? 'nothing is reserved' : `the orders that hold some make ${reserved.level.toLocaleString('en')} reserved`}.</p>;
    case 'partly_read': {
      const oldest = lines.at(-1)?.movement.at;
      return <p class="ending" role="status"><Shape name="half" /> <strong>Not all of the ledger is read.</strong> {read}{oldest !== undefined && <> back to <TimeOfDay at={oldest} /></>}; those before must make {carried.onHand.toLocaleString('en')} on hand and {carried.reserved.toLocaleString('en')} reserved. Whether it adds up is known once they are read.</p>;
    }
    case 'differs':
      if (!isOfOneMoment) return <p class="ending" role="status"><Shape name="half" /> <strong>The stock moves faster than it can be read.</strong> Whether it adds up is known once it stands still for a moment.</p>;
      return (
        <div class="ending is-halted" role="alert">
          <p><Shape name="failed" /> <strong>It does not add up.</strong> The stock is not what the {read} of the ledger make.</p>
          <ul>{[differs('on hand', onHand), differs('reserved', reserved), differs('held by orders', held)].map((text) => text !== null && <li key={text}>{text}</li>)}</ul>
        </div>
      );
    default:
      return verdict satisfies never;
  }
}

function differs(name: string, { level, moved, off }: Sum): string | null {
  return off === 0 ? null : `${name}: the stock says ${level.toLocaleString('en')}, the ledger ${moved.toLocaleString('en')}: ${signed(off)}`;
}

function Levels({ sum: { warehouses, onHand, reserved, verdict }, names, level }: { readonly sum: LedgerSum; readonly names: ReadonlyMap<string, string>; readonly level: StockLevel }) {
  const isKnown = verdict !== 'partly_read';
  const availableIn = (id: string) => level.warehouses.find(({ warehouseId }) => warehouseId === id)?.available ?? 0;
  return (
    <table>
      <caption class="unseen">Stock by warehouse</caption>
      <thead><tr><th scope="col">warehouse</th><th scope="col" class="number">available</th><th scope="col" class="number">on hand</th><th scope="col" class="number">reserved</th></tr></thead>
      <tbody>
        {warehouses.map((warehouse) => (
          <tr key={warehouse.warehouseId}>
            <th scope="row"><Place id={warehouse.warehouseId} names={names} />{isKnown && warehouse.offSince !== null && <span class="is-failed"> off since <TimeOfDay at={warehouse.offSince} /></span>}</th>
            <td class="number">{availableIn(warehouse.warehouseId).toLocaleString('en')}</td>
            <Figure sum={warehouse.onHand} isKnown={isKnown} />
            <Figure sum={warehouse.reserved} isKnown={isKnown} />
          </tr>
        ))}
      </tbody>
      <tfoot><tr><th scope="row">in all</th><td class="number">{level.available.toLocaleString('en')}</td><Figure sum={onHand} isKnown={isKnown} /><Figure sum={reserved} isKnown={isKnown} /></tr></tfoot>
    </table>
  );
}

function Figure({ sum: { level, off }, isKnown }: { readonly sum: Sum; readonly isKnown: boolean }) {
  return <td class="number">{level.toLocaleString('en')}{isKnown && off !== 0 && <strong class="is-failed" title="The ledger less the stock"> {signed(off)}</strong>}</td>;
}

function Place({ id, names }: { readonly id: string; readonly names: ReadonlyMap<string, string> }) {
  const name = names.get(id);
  return name === undefined ? <Short id={id} /> : <Said isShort>{name}</Said>;
}

function Holds({ sum: { holds, verdict } }: { readonly sum: LedgerSum }) {
  const [shown, setShown] = useState(HOLDS_SHOWN);
  if (holds.length === 0) return null;
  return (
    <>
      <h3>Held for {count(holds.length, 'order')}{verdict === 'partly_read' && ' in the lines read'}</h3>
      <ul class="holds">{holds.slice(0, shown).map(({ orderId, quantity, since }) => <li key={orderId}><strong>{quantity.toLocaleString('en')}</strong> <OrderLink id={orderId} /> <span class="quiet"><Time at={since} /></span></li>)}</ul>
      {holds.length > shown && <button type="button" class="more" onClick={() => setShown(shown + LINES_SHOWN)}>{count(holds.length - shown, 'more order')}</button>}
    </>
  );
}

function Lines({ sum: { lines, carried, verdict }, names }: { readonly sum: LedgerSum; readonly names: ReadonlyMap<string, string> }) {
  const [shown, setShown] = useState(LINES_SHOWN);
  return (
    <>
      <h3>Ledger, newest first</h3>
      {lines.length === 0 ? <Empty>No movement yet.</Empty> : (
        <div class="wide" tabIndex={0} role="group" aria-label="Ledger">
          <table class="ledger">
            <thead><tr><th scope="col">time</th><th scope="col">movement</th><th scope="col" class="number">on hand</th><th scope="col" class="number">total</th><th scope="col" class="number">reserved</th><th scope="col" class="number">total</th><th scope="col">where</th><th scope="col">by</th></tr></thead>
            <tbody>
              {lines.slice(0, shown).map((line) => <Line key={line.movement.id} line={line} names={names} />)}
              {verdict === 'partly_read' && lines.length <= shown && <tr class="carried"><td colSpan={3}>lines that are not read</td><td class="number">{carried.onHand.toLocaleString('en')}</td><td /><td class="number">{carried.reserved.toLocaleString('en')}</td><td colSpan={2} /></tr>}
            </tbody>
          </table>
        </div>
      )}
      {lines.length > shown && <button type="button" class="more" onClick={() => setShown(shown + LINES_SHOWN)}>{count(lines.length - shown, 'more line')}</button>}
    </>
  );
}

function Line({ line: { movement, onHand, reserved }, names }: { readonly line: LedgerLine; readonly names: ReadonlyMap<string, string> }) {
  const { at, kind, onHandDelta, reservedDelta, warehouseId } = movement;
  return (
    <tr>
      <td><TimeOfDay at={at} /></td>
      <td>{words(kind)}{movement.reason !== null && <> <span class="quiet"><Said isShort>{movement.reason}</Said></span></>}</td>
      <td class="number">{signed(onHandDelta)}</td>
      <td class="number total">{onHand.toLocaleString('en')}</td>
      <td class="number">{signed(reservedDelta)}</td>
      <td class="number total">{reserved.toLocaleString('en')}</td>
      <td class="where"><Place id={warehouseId} names={names} /></td>
      <td><By movement={movement} /></td>
    </tr>
  );
}

function By({ movement: { orderId, actor } }: { readonly movement: Movement }) {
  return orderId === null ? <Who id={actor} /> : <>order <OrderLink id={orderId} /></>;
}

/** `+3`, `−3`, and nothing for 0. */
function signed(amount: number): string {
  if (amount === 0) return '';
  return `${amount > 0 ? '+' : '−'}${Math.abs(amount).toLocaleString('en')}`;
}
