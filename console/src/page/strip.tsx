import { type Cell, type OrderRow, stripOf } from './order-row.ts';
import { SHAPES } from './parts.tsx';

/** Distance between two cells, in the units of the drawing. */
const PITCH = 38;
const WIDTH = PITCH * 4 + 16;

/** The five steps of an order in one line; said in words to whoever does not see them. */
export function Strip({ row }: { readonly row: OrderRow }) {
  const cells = stripOf(row);
  return (
    <span class="strip">
      <svg viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true">
        {cells.map((cell, index) => (
          <g key={cell.step} class={`is-${cell.state}`} transform={`translate(${index * PITCH})`}>
            <title>{cell.says}</title>
            <path class="reach" d="M-4 -4h24v24h-24z" />
            {index > 0 && <path class="way" d={`M${18 - PITCH} 7.5h${PITCH - 20}v1h-${PITCH - 20}z`} />}
            <path fill-rule="evenodd" d={SHAPES[cell.state]} />
          </g>
        ))}
      </svg>
      <span class="unseen">{stripText(cells)}</span>
    </span>
  );
}

/** The steps that say something, in words. */
function stripText(cells: readonly Cell[]): string {
  return cells.filter(({ state }) => state !== 'empty' && state !== 'never').map(({ says }) => says).join(', ');
}
