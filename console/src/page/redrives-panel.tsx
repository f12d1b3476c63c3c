import type { Problem } from '@souk/contracts/problem';
import { useState } from 'preact/hooks';
import type { Redrive, RedriveList, RedrivenLetter } from '../redrive.ts';
import { ask } from './api.ts';
import { Outcome, ReceiptLine } from './letter-parts.tsx';
import { letterItem, NO_GROUP } from './letter-place.ts';
import { receipts } from './letter-verbs.ts';
import { Asked, count, Empty, Key, PanelLink, Said, Verb, Who } from './panel-parts.tsx';
import { Failure, Shape, type ShapeName, Short, Time, TimeOfDay } from './parts.tsx';
import { filterText, saveRedrive, stopRedrive, useRedrive } from './redrives.ts';
import { useWatched } from './watched.ts';
import { serviceName } from './words.ts';

type Summary = RedriveList['items'][number];

/** Milliseconds between two looks at the list while a campaign runs. */
const LIST_EVERY_MS = 1000;
const IDLE_EVERY_MS = 5000;
/** Letters of a campaign that are shown at first, and that are added. */
const LETTERS_SHOWN = 100;
const SINGLES_SHOWN = 20;

/** Campaigns that redrive many letters, or one of them with its receipts. */
export function RedrivesPanel({ item }: { readonly item: string | undefined }) {
  return item === undefined ? <Campaigns /> : <Campaign key={item} id={item} />;
}

function Campaigns() {
  const list = useWatched<RedriveList>('list', (signal) => ask('/api/redrives', { signal }), {
    everyMs: (value) => (value?.items.some(({ state }) => state === 'running') === true ? LIST_EVERY_MS : IDLE_EVERY_MS),
  });
  const singles = receipts.value;
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Redrives</h2>
      <p class="quiet">Each redrive of many letters, with its receipts. The console keeps the last 50 until it is stopped; the letters themselves keep who redrove them, and when, for good.</p>
      <Asked of={list} who="the console" />
      {list.value?.items.length === 0 && <p class="nothing">Nothing was redriven yet. <PanelLink to={{ drawer: 'letters', item: undefined }}>Dead letters</PanelLink> are redriven one by one, or by group.</p>}
      <ul class="rows">
        {list.value?.items.map((campaign) => (
          <li key={campaign.id} class="campaign" data-row>
            <PanelLink to={{ item: campaign.id }} isRow>{nameOf(campaign)}</PanelLink>
            <State of={campaign} />
            <p class="quiet"><Said isShort>{filterText(campaign.filter)}</Said></p>
            <p>{sums(campaign)} <span class="quiet">by <Who id={campaign.by} />, <Time at={campaign.startedAt} /></span></p>
          </li>
        ))}
      </ul>
      {singles.length > 0 && (
        <>
          <h3>One at a time, on this page</h3>
          <ul class="receipts">
            {singles.slice(0, SINGLES_SHOWN).map((receipt) => {
              const { service, group, id, key, at } = receipt;
              const item = letterItem({ status: 'dead', service, group, letter: { id, key } });
              return <li key={`${id}${at}`}><PanelLink to={{ drawer: 'letters', item }}><span class="unseen">letter </span><Short id={id} /></PanelLink> {serviceName(service)} <ReceiptLine receipt={receipt} /></li>;
            })}
          </ul>
          {singles.length > SINGLES_SHOWN && <p class="quiet">and {count(singles.length - SINGLES_SHOWN, 'older one')}</p>}
        </>
      )}
    </section>
  );
}

const STATES: Readonly<Record<Redrive['state'], ShapeName>> = { running: 'half', done: 'done', stopped: 'never', halted: 'failed' };

function State({ of: { state } }: { readonly of: Summary }) {
  return <span class={`status is-${STATES[state]}`}><Shape name={STATES[state]} />{state}</span>;
}

function nameOf({ dryRun, service, total }: Summary): string {
  return `${dryRun ? 'Dry run' : 'Redrive'} of ${count(total, 'letter')} at ${serviceName(service)}`;
}

function sums({ total, done, applied, alreadyApplied, failed, dryRun }: Summary): string {
  const parts = dryRun
    ? [`${applied.toLocaleString('en')} would be applied`, `${alreadyApplied.toLocaleString('en')} already applied`, `${failed.toLocaleString('en')} would fail`]
    : [`${applied.toLocaleString('en')} applied`, `${alreadyApplied.toLocaleString('en')} already applied`, `${failed.toLocaleString('en')} failed again`];
  const discarded = done - applied - alreadyApplied - failed;
  return [...parts, ...(discarded > 0 ? [`${discarded.toLocaleString('en')} discarded by somebody else`] : []), ...(done < total ? [`${(total - done).toLocaleString('en')} not reached`] : [])].join(' · ');
}

/** A campaign in one line, beside the letters that it is about. */
export function CampaignLine({ campaign }: { readonly campaign: Summary }) {
  return <><State of={campaign} /> <PanelLink to={{ drawer: 'redrives', item: campaign.id }}>{nameOf(campaign)}</PanelLink> <span class="quiet">{sums(campaign)}, <Time at={campaign.startedAt} /></span></>;
}

function Campaign({ id }: { readonly id: string }) {
  const watched = useRedrive(id);
  const campaign = watched.value;
  return (
    <section class="panel" aria-labelledby="panel-title">
      <nav class="crumbs" aria-label="Way back"><PanelLink to={{ item: undefined }}>Redrives</PanelLink> <span aria-hidden="true">›</span> <span>{campaign === undefined ? 'one' : serviceName(campaign.service)}</span></nav>
      <h2 id="panel-title" tabIndex={-1}>{campaign === undefined ? 'Redrive' : nameOf(campaign)}</h2>
      <Asked of={watched} who="the console" />
      {campaign !== undefined && <Course campaign={campaign} reload={watched.reload} />}
    </section>
  );
}

function Course({ campaign, reload }: { readonly campaign: Redrive; readonly reload: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const { state, total, done, filter, startedAt, endedAt, by, batch, dryRun } = campaign;
  const stop = () => {
    void stopRedrive(campaign.id).then((refused) => {
      setProblem(refused);
      reload();
      return refused;
    });
  };
  return (
    <>
      <p><State of={campaign} /> <span class="quiet">by <Who id={by} />, began <TimeOfDay at={startedAt} />{endedAt !== null && <>, ended <TimeOfDay at={endedAt} /></>}</span></p>
      <p class="quiet"><Said>{filterText(filter)}</Said></p>
      <label class="progress">{done.toLocaleString('en')} of {count(total, 'letter')}{state === 'running' && batch > 0 && `, batch ${batch} of ${batchSize(batch)}`}<progress max={Math.max(1, total)} value={total === 0 ? 1 : done} /></label>
      <p class="sums">{sums(campaign)}</p>
      <Ending campaign={campaign} />
      {problem !== null && <Failure problem={problem} />}
      <div class="verbs">
        {state === 'running' && <Verb kind="danger" keys="s" onDo={stop}>Stop</Verb>}
        <button type="button" onClick={() => saveRedrive(campaign)}>{dryRun ? 'Save the answers as JSON' : 'Save the receipts as JSON'}</button>
      </div>
      <Receipts campaign={campaign} />
    </>
  );
}

const BATCHES = [1, 2, 5, 20];

function batchSize(batch: number): string {
  const size = BATCHES[Math.min(batch, BATCHES.length) - 1] ?? 1;
  return count(size, 'letter');
}

function Ending({ campaign: { state, because, total, done, dryRun } }: { readonly campaign: Redrive }) {
  const left = total - done;
  const rest = left === 0 ? '' : ` ${count(left, 'letter')} ${left === 1 ? 'was' : 'were'} not touched.`;
  switch (state) {
    case 'running':
      return null;
    case 'done':
      return <p class="ending is-done" role="status"><Shape name="done" /> {dryRun ? 'All were asked, and nothing was changed.' : 'None is left.'}</p>;
    case 'stopped':
      return <div class="ending" role="status"><p><Shape name="never" /> <strong>Stopped.</strong>{rest}</p>{because !== null && <p><Said>{because}</Said></p>}</div>;
    case 'halted':
      return <div class="ending is-halted" role="alert"><p><Shape name="failed" /> <strong>Halted, because the rest would probably fail as well.</strong>{rest} Mend the cause, then redrive them again.</p>{because !== null && <p><Said>{because}</Said></p>}</div>;
    default:
      return state satisfies never;
  }
}

function Receipts({ campaign: { letters, service, filter, dryRun } }: { readonly campaign: Redrive }) {
  const [shown, setShown] = useState(LETTERS_SHOWN);
  // Those that failed first: they are what somebody has to look at.
  const inOrder = [...letters.filter(({ outcome }) => outcome === 'failed'), ...letters.filter(({ outcome }) => outcome !== 'failed')];
  return (
    <>
      <h3>{dryRun ? 'Answers' : 'Receipts'}</h3>
      <ul class="rows">
        {inOrder.slice(0, shown).map((letter) => <ReceiptRow key={letter.id} letter={letter} dryRun={dryRun} item={letterItem({ status: 'dead', service, group: filter.group ?? NO_GROUP, letter })} />)}
      </ul>
      {inOrder.length > shown && <button type="button" class="more" onClick={() => setShown(shown + LETTERS_SHOWN)}>{count(inOrder.length - shown, 'more letter')}</button>}
      {letters.length === 0 && <Empty>There was no such letter.</Empty>}
    </>
  );
}

function ReceiptRow({ letter: { id, key, topic, outcome, cause, at }, dryRun, item }: { readonly letter: RedrivenLetter; readonly dryRun: boolean; readonly item: string | undefined }) {
  return (
    <li class="receipt" data-row>
      <PanelLink to={{ drawer: 'letters', item }}><span class="unseen">letter </span><Short id={id} /></PanelLink>
      <Outcome outcome={dryRun && outcome === 'failed' ? 'fails' : outcome} />
      <span class="quiet"><code>{topic}</code> <Key of={key} topic={topic} /></span>
      <span class="quiet">{at !== null && <TimeOfDay at={at} />}</span>
      {outcome === 'failed' && cause !== null && <p class="receipt-cause"><Said isShort>{cause}</Said></p>}
    </li>
  );
}
