import type { RedriveTrial } from '@souk/contracts/http/ops';
import { letterItem, type LetterPlace, NO_GROUP } from './letter-place.ts';
import type { Receipt } from './letter-verbs.ts';
import { PanelLink, Said, Who } from './panel-parts.tsx';
import { Shape, type ShapeName, Short, TimeOfDay } from './parts.tsx';
import { serviceName } from './words.ts';

const OUTCOMES: Readonly<Record<Receipt['outcome'] | RedriveTrial['outcome'] | 'waiting', readonly [ShapeName, string]>> = {
  applied: ['done', 'applied'],
  already_applied: ['done', 'already applied'],
  sent: ['done', 'sent to the log'],
  failed: ['failed', 'failed again'],
  fails: ['failed', 'would fail'],
  discarded: ['never', 'discarded'],
  waiting: ['empty', 'not reached'],
};

export function Outcome({ outcome }: { readonly outcome: keyof typeof OUTCOMES }) {
  const [shape, text] = OUTCOMES[outcome];
  return <span class={`status is-${shape}`}><Shape name={shape} />{text}</span>;
}

/** The outcome, its time, and who asked for it. `names`: the letter as well. */
export function ReceiptLine({ receipt, names = false }: { readonly receipt: Receipt; readonly names?: boolean }) {
  const { outcome, at, by, cause, id } = receipt;
  return (
    <>
      {names && <><Short id={id} /> </>}<Outcome outcome={outcome} /> <span class="quiet">{at !== '' && <><TimeOfDay at={at} /> </>}by <Who id={by} /></span>
      {cause !== null && <> <Said>{cause}</Said></>}
    </>
  );
}

/** The way back. */
export function Crumbs({ at, now }: { readonly at: LetterPlace; readonly now: string }) {
  const { status, service, group } = at;
  return (
    <nav class="crumbs" aria-label="Way back">
      <PanelLink to={{ item: letterItem({ status }) }}>{status === 'dead' ? 'Dead letters' : `${status} letters`}</PanelLink>
      {service !== undefined && group !== undefined && group !== NO_GROUP && <><span aria-hidden="true">›</span> <PanelLink to={{ item: letterItem({ status, service, group }) }}>{serviceName(service)}, group</PanelLink></>}
      <span aria-hidden="true">›</span> <span>{now}</span>
    </nav>
  );
}
