import type { DeadLetterGroups, DeadLetterStatus } from '@souk/contracts/http/ops';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { useRef, useState } from 'preact/hooks';
import { type Answer, ask, askService } from './api.ts';
import { letterItem, type LetterPlace, readLetterItem } from './letter-place.ts';
import { Crumbs, ReceiptLine } from './letter-parts.tsx';
import { findLetters, type FoundLetters, kindText, type Receipt, receipts, redriveLetter } from './letter-verbs.ts';
import { LetterView } from './letter-view.tsx';
import { Asked, AskedOfAll, count, Empty, hasNothing, Key, PanelLink, Said, Verb } from './panel-parts.tsx';
import { Failure, Short, shortId, Time } from './parts.tsx';
import { RedriveByFilter, RedriveDialog } from './redrive-dialog.tsx';
import type { RedriveFilter, RedriveList } from '../redrive.ts';
import { CampaignLine } from './redrives-panel.tsx';
import { useWatched, useWatchedEach, type Watched } from './watched.ts';
import type { Problem } from '@souk/contracts/problem';
import type { Told } from './live.ts';
import { serviceName } from './words.ts';

type Group = DeadLetterGroups['items'][number];
const STATUSES = ['dead', 'redriven', 'discarded'] as const satisfies DeadLetterStatus['status'][];

/** Groups that one service shows at first. */
const GROUPS_SHOWN = 50;
/** Letters of a group that are shown at first, and that are added. */
const LETTERS_SHOWN = 50;
const LETTERS_SHOWN_MOST = 500;

/** Dead letters of all five services: groups that failed alike, the letters of one, or one letter. */
export function LettersPanel({ item }: { readonly item: string | undefined }) {
  const at = readLetterItem(item);
  const { service, group, letter, status } = at;
  if (service !== undefined && group !== undefined && letter !== undefined) return <LetterView key={letter.id} at={at} service={service} letter={letter} />;
  if (service !== undefined && group !== undefined) return <GroupView key={`${service}/${group}`} at={at} service={service} group={group} />;
  return <Groups status={status} only={service} />;
}

function isAboutLetters({ name }: Told): boolean {
  return name.endsWith('.dead_letter') || name.startsWith('dead_letter');
}

function useGroups(status: LetterPlace['status']) {
  return useWatchedEach<ServiceName, DeadLetterGroups>(status, SERVICES, (service, signal) => askService(service, '/ops/dead-letters/groups', { query: { status }, signal }), { concerns: isAboutLetters });
}

function useCampaigns(): RedriveList['items'] {
  const list = useWatched<RedriveList>('campaigns', (signal) => ask('/api/redrives', { signal }));
  return list.value?.items ?? [];
}

function Groups({ status, only }: { readonly status: LetterPlace['status']; readonly only: ServiceName | undefined }) {
  const all = useGroups(status);
  const campaigns = useCampaigns();
  const [isAsking, setAsking] = useState(false);
  const services = SERVICES.filter((service) => only === undefined || service === only);
  return (
    <section class="panel" aria-labelledby="panel-title">
      <header class="panel-head">
        <h2 id="panel-title" tabIndex={-1}>Dead letters</h2>
        {status === 'dead' && <Verb onDo={() => setAsking(true)}>Redrive by filter…</Verb>}
      </header>
      <p class="quiet">Messages that a service gave up on, and events that the log refused. Those that failed alike are together; a redrive handles a message once more, and one that was handled before changes nothing.</p>
      <nav class="choices" aria-label="Letters by status">
        {STATUSES.map((each) => <PanelLink key={each} to={{ item: letterItem({ status: each }) }} isCurrent={each === status}>{each}</PanelLink>)}
      </nav>
      <AskedOfAll each={all} />
      {hasNothing(all, ({ items }) => items.length) && <Empty>{status === 'dead' ? 'No dead letters: every message was handled.' : `No letter was ${status}.`}</Empty>}
      {services.map((service) => {
        const { value } = all[service];
        return value !== undefined && value.items.length > 0 && <ServiceGroups key={service} service={service} groups={value} status={status} campaigns={campaigns} />;
      })}
      {isAsking && <RedriveByFilter topics={topicsOf(all)} onClose={() => setAsking(false)} />}
    </section>
  );
}

function topicsOf(each: Readonly<Record<ServiceName, Watched<DeadLetterGroups>>>): readonly string[] {
  return [...new Set(SERVICES.flatMap((service) => (each[service].value?.items ?? []).map(({ topic }) => topic)))].toSorted();
}

interface ServiceGroupsProps {
  readonly service: ServiceName;
  readonly groups: DeadLetterGroups;
  readonly status: LetterPlace['status'];
  readonly campaigns: RedriveList['items'];
}

function ServiceGroups({ service, groups: { items, more }, status, campaigns }: ServiceGroupsProps) {
  const [shown, setShown] = useState(GROUPS_SHOWN);
  const [redriving, setRedriving] = useState<Group | null>(null);
  const all = items.reduce((sum, group) => sum + group.count, 0);
  return (
    <section class="of-service" aria-labelledby={`letters-of-${service}`}>
      <h3 id={`letters-of-${service}`}>{serviceName(service)} <span class="quiet">{count(all, 'letter')} in {count(items.length, 'group')}{more && '; there are more, the newest 1,000 are shown'}</span></h3>
      <ul class="rows">
        {items.slice(0, shown).map((group) => (
          <GroupRow key={group.group} {...{ service, group, status }} campaign={campaigns.find((each) => each.service === service && each.filter.group === group.group && !each.dryRun)} onRedrive={() => setRedriving(group)} />
        ))}
      </ul>
      {items.length > shown && <button type="button" class="more" onClick={() => setShown(shown + GROUPS_SHOWN)}>{count(items.length - shown, 'more group')}</button>}
      {redriving !== null && <RedriveDialog service={service} letters={filterOf(redriving)} onClose={() => setRedriving(null)} />}
    </section>
  );
}

interface GroupRowProps {
  readonly service: ServiceName;
  readonly group: Group;
  readonly status: LetterPlace['status'];
  readonly campaign: RedriveList['items'][number] | undefined;
  readonly onRedrive: () => void;
}

function GroupRow({ service, group, status, campaign, onRedrive }: GroupRowProps) {
  const item = letterItem({ status, service, group: group.group });
  return (
    <li class="group" data-row>
      <PanelLink to={{ item }} className="group-cause" isRow><Said isShort>{group.cause}</Said></PanelLink>
      <strong class="group-count" title={count(group.count, 'letter')}>{group.count.toLocaleString('en')}</strong>
      <p class="quiet"><code>{group.topic}</code> · {kindText(group.kind)} · <Ages of={group} /></p>
      {status === 'dead' && <Verb kind="small" keys="r" cannot={campaign?.state === 'running' ? 'they are being redriven' : null} onDo={onRedrive} about={`of ${count(group.count, 'letter')}`}>Redrive group…</Verb>}
      {campaign !== undefined && <p class="group-campaign"><CampaignLine campaign={campaign} /></p>}
    </li>
  );
}

function Ages({ of: { oldestAt, newestAt } }: { readonly of: Group }) {
  return oldestAt === newestAt ? <Time at={newestAt} /> : <>oldest <Time at={oldestAt} />, newest <Time at={newestAt} /></>;
}

function filterOf({ group, topic, kind }: Pick<Group, 'group' | 'topic' | 'kind'>): RedriveFilter {
  return { group, topic, kind };
}

interface GroupViewProps {
  readonly at: LetterPlace;
  readonly service: ServiceName;
  readonly group: string;
}

/** The letters of one group. Those that were resolved on this page stay, with their receipts. */
function GroupView({ at, service, group }: GroupViewProps) {
  const [limit, setLimit] = useState(LETTERS_SHOWN);
  const [isRedriving, setRedriving] = useState(false);
  const groups = useGroups(at.status)[service];
  const known = groups.value?.items.find((each) => each.group === group);
  const letters = useLetters(service, at.status, known ?? null, group, limit);
  const campaign = useCampaigns().find((each) => each.service === service && each.filter.group === group && !each.dryRun);
  const shown = useKept(letters.value?.items ?? []);
  const done = receipts.value.filter((receipt) => receipt.service === service && receipt.group === group && !shown.some(({ id }) => id === receipt.id));
  const first = shown[0];
  const cause = known?.cause ?? first?.cause;
  return (
    <section class="panel" aria-labelledby="panel-title">
      <Crumbs at={{ status: at.status }} now={serviceName(service)} />
      <header class="panel-head">
        <h2 id="panel-title" tabIndex={-1}>{cause === undefined ? 'Letters that failed alike' : <Said>{cause}</Said>}</h2>
        {at.status === 'dead' && known !== undefined && <Verb onDo={() => setRedriving(true)} cannot={campaign?.state === 'running' ? 'they are being redriven' : null}>Redrive group…</Verb>}
      </header>
      {known !== undefined && <p class="quiet">{count(known.count, `${at.status} letter`)} at {serviceName(service)} · <code>{known.topic}</code> · {kindText(known.kind)} · <Ages of={known} /></p>}
      {campaign !== undefined && <p><CampaignLine campaign={campaign} /></p>}
      {done.length > 0 && <ul class="receipts" aria-label="Receipts">{done.slice(0, LETTERS_SHOWN).map((receipt) => <li key={`${receipt.id}${receipt.at}`}><ReceiptLine receipt={receipt} names /></li>)}</ul>}
      <Asked of={letters} who={serviceName(service)} />
      {letters.value !== undefined && shown.length === 0 && <Empty>{at.status === 'dead' ? 'None of these letters is dead any more.' : 'There is no such letter.'}</Empty>}
      {shown.length > 0 && <Letters at={at} service={service} letters={shown} />}
      {letters.value?.more === true && (limit < LETTERS_SHOWN_MOST ? <button type="button" class="more" onClick={() => setLimit(limit + LETTERS_SHOWN)}>Older letters</button> : <p class="quiet">The newest {LETTERS_SHOWN_MOST} are shown.</p>)}
      {isRedriving && known !== undefined && <RedriveDialog service={service} letters={filterOf(known)} onClose={() => setRedriving(false)} />}
    </section>
  );
}

/** With the letters that were resolved on this page where they were, so that no row moves while somebody goes through them. */
function useKept(letters: readonly DeadLetterStatus[]): readonly DeadLetterStatus[] {
  const seen = useRef(new Map<string, DeadLetterStatus>());
  const resolved = new Set(receipts.value.filter(isResolved).map(({ id }) => id));
  const loaded = new Set(letters.map(({ id }) => id));
  const kept = [...seen.current.values()].filter(({ id }) => resolved.has(id) && !loaded.has(id));
  const all = [...letters, ...kept].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, LETTERS_SHOWN_MOST);
  seen.current = new Map(all.map((letter) => [letter.id, letter]));
  return all;
}

/** Once the group is known, only letters of its topic and kind are looked through. */
function useLetters(service: ServiceName, status: LetterPlace['status'], known: Group | null, group: string, limit: number): Watched<FoundLetters> {
  const filter = { status, topic: known?.topic, kind: known?.kind };
  const read = (signal: AbortSignal): Promise<Answer<FoundLetters>> => findLetters(service, filter, (letter) => letter.group === group, limit, signal);
  return useWatched(`${service}/${group}/${status}/${limit}`, read, { concerns: isAboutLetters });
}

function Letters({ at, service, letters }: { readonly at: LetterPlace; readonly service: ServiceName; readonly letters: readonly DeadLetterStatus[] }) {
  return (
    <ul class="rows">
      {letters.map((letter) => <LetterRow key={letter.id} at={at} service={service} letter={letter} />)}
    </ul>
  );
}

function LetterRow({ at, service, letter }: { readonly at: LetterPlace; readonly service: ServiceName; readonly letter: DeadLetterStatus }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const receipt = receipts.value.find(({ id }) => id === letter.id);
  const item = letterItem({ ...at, letter });
  const redrive = () => {
    setBusy(true);
    setProblem(null);
    void redriveLetter(service, letter).then((done) => {
      setBusy(false);
      setProblem(done.ok ? null : done.problem);
      return done;
    });
  };
  return (
    <li class="letter" data-row>
      <p class="letter-what">
        <PanelLink to={{ item }} isRow><span class="unseen">letter </span><Short id={letter.id} /></PanelLink>
        <span class="quiet">key</span> <Key of={letter.key} topic={letter.topic} />
        <span class="quiet">{count(letter.attempts, 'attempt')}, <Time at={letter.lastFailedAt} /></span>
      </p>
      {letter.status === 'dead' && <Verb kind="small" keys="r" isBusy={isBusy} cannot={isResolved(receipt) ? 'it is done' : null} onDo={redrive} about={`letter ${shortId(letter.id)}`}>Redrive</Verb>}
      <p class="letter-cause quiet"><Said isShort>{letter.cause}</Said></p>
      {receipt !== undefined && <p class="letter-receipt" role="status"><ReceiptLine receipt={receipt} /></p>}
      {problem !== null && <Failure problem={problem} />}
    </li>
  );
}

function isResolved(receipt: Receipt | undefined): boolean {
  return receipt !== undefined && receipt.outcome !== 'failed';
}
