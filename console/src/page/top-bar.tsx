import { useComputed } from '@preact/signals';
import { SERVICES } from '@souk/contracts/services';
import { ask } from './api.ts';
import { timeText } from './clock.ts';
import { frozen, held, link, session } from './live.ts';
import { PlaceLink, Shape } from './parts.tsx';
import { type Drawer, place } from './place.ts';
import { Summary } from './summary.tsx';
import { serviceName } from './words.ts';

const DRAWERS: readonly { readonly drawer: Drawer; readonly name: string; readonly isEmbedded?: true }[] = [
  { drawer: 'stock', name: 'Stock' },
  { drawer: 'payments', name: 'Payments' },
  { drawer: 'redrives', name: 'Redrives' },
  { drawer: 'faults', name: 'Break it', isEmbedded: true },
];

export function TopBar() {
  return (
    <header class="top">
      <h1><PlaceLink to={{ order: undefined, drawer: undefined, message: undefined, view: undefined, item: undefined }}>Souk</PlaceLink></h1>
      <Links />
      <div class="states">
        <LinkState />
        <Freeze />
        <Account />
      </div>
      <Summary />
    </header>
  );
}

function Links() {
  const open = place.value.drawer;
  const isEmbedded = session.value?.embedded === true;
  return (
    <nav aria-label="Drawers">
      {DRAWERS.filter((each) => isEmbedded || each.isEmbedded !== true).map(({ drawer, name }) => (
        <PlaceLink key={drawer} to={{ drawer: open === drawer ? undefined : drawer, item: undefined }} {...(open === drawer && { className: 'is-open' })}>{name}</PlaceLink>
      ))}
      <a href="/reference">API</a>
      <PlaceLink to={{ drawer: 'help', item: undefined }} label="Keys and shapes">?</PlaceLink>
    </nav>
  );
}

/** Says if the page is up to date. */
function LinkState() {
  const { state, since, down } = link.value;
  const shape = state === 'lost' ? 'failed' : state === 'connecting' || down.length > 0 ? 'half' : 'done';
  return <p class={`link-state is-${shape}`} role="status"><Shape name={shape} /> <span>{said()}</span></p>;

  function said(): string {
    switch (state) {
      case 'lost':
        return `link lost since ${timeText(since, Date.now())}, trying again`;
      case 'connecting':
        return 'connecting';
      case 'live':
        return down.length === 0 ? 'live' : down.length === SERVICES.length ? 'no service answers' : `no news from ${down.map(serviceName).join(', ')}`;
      default:
        return state satisfies never;
    }
  }
}

function Freeze() {
  const text = useComputed(() => (!frozen.value ? 'Freeze' : held.value === 0 ? 'Frozen' : `Frozen, ${held.value.toLocaleString('en')} waiting`));
  return <button type="button" class="freeze" aria-pressed={frozen} title="Space" onClick={() => { frozen.value = !frozen.value; }}>{text}</button>;
}

function Account() {
  const now = session.value;
  if (!now) return null;
  const signOut = () => {
    void ask('/session', { method: 'DELETE' }).then(() => { session.value = null; return null; });
  };
  return (
    <details class="menu">
      <summary>{now.mode === 'read-only' && <span class="badge">read-only</span>}<span class="who">{now.email}</span></summary>
      <div class="menu-body">
        <p>Signed in as <strong>{now.email}</strong>, {now.roles.join(', ')}.</p>
        {now.mode === 'read-only' && <p>This console is read-only: it changes nothing.</p>}
        <button type="button" onClick={signOut}>Sign out</button>
      </div>
    </details>
  );
}
