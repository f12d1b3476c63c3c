import { useSignalEffect } from '@preact/signals';
import type { Problem } from '@souk/contracts/problem';
import { useEffect, useRef } from 'preact/hooks';
import { Drawer } from './drawer.tsx';
import { Help } from './help.tsx';
import { focusList } from './keys.ts';
import { session } from './live.ts';
import { OrderList } from './order-list.tsx';
import { isEmpty } from './orders.ts';
import { OrderView } from './order-view.tsx';
import { Busy, PlaceLink, shortId } from './parts.tsx';
import { place } from './place.ts';
import { SignIn } from './sign-in.tsx';
import { TopBar } from './top-bar.tsx';

/** `linkProblem`: why the one-time link did not sign in. */
export function App({ linkProblem }: { readonly linkProblem: Problem | null }) {
  const now = session.value;
  if (now === undefined) return <main class="sign-in"><Busy label="Opening" /></main>;
  return now === null ? <SignIn problem={linkProblem} /> : <Console />;
}

function Console() {
  const { order, drawer } = place.value;
  const isAside = drawer !== undefined && drawer !== 'help';
  useTitle();
  useFocusKept();
  const look = ['console', order !== undefined && 'has-order', isAside && 'has-drawer', isEmpty.value && order === undefined && 'without-orders'];
  return (
    <div class={look.filter(Boolean).join(' ')}>
      <TopBar />
      <main class="main">
        <OrderList />
        <section class="chosen" aria-label="Chosen order" tabIndex={-1}>
          {order === undefined ? <p class="quiet">Choose an order: its messages between the services appear here.</p> : <Chosen id={order} />}
        </section>
        {isAside && <aside class="drawer-space" aria-label={drawer} tabIndex={-1}><Drawer /></aside>}
      </main>
      {drawer === 'help' && <Help />}
    </div>
  );
}

function Chosen({ id }: { readonly id: string }) {
  return (
    <>
      <PlaceLink className="back" to={{ order: undefined, message: undefined, view: undefined }}>← All orders</PlaceLink>
      <OrderView key={id} id={id} />
    </>
  );
}

function useTitle(): void {
  useSignalEffect(() => {
    const { order, drawer } = place.value;
    document.title = [drawer, order === undefined ? undefined : `order ${shortId(order)}`, 'Souk'].filter((part) => part !== undefined).join(' · ');
  });
}

/**
 * Focus follows what opens, and goes back to where it was when that closes. On a wide page an order opens beside the list, and the focus stays in the
 * list; on a narrow one it takes the list's room.
 */
function useFocusKept(): void {
  const { order, drawer } = place.value;
  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (drawer === undefined) return undefined;
    before.current = document.activeElement;
    focusInto('.drawer-space');
    return () => focusBack(before.current);
  }, [drawer]);
  useEffect(() => {
    if (order === undefined) return undefined;
    if (document.getElementById('orders')?.offsetParent === null) document.querySelector<HTMLElement>('.back')?.focus();
    return () => focusBack(null);
  }, [order]);
}

function focusInto(selector: string): void {
  const space = document.querySelector<HTMLElement>(selector);
  if (space !== null && !space.contains(document.activeElement)) space.focus();
}

/** Only when the focus was lost with what has closed. */
function focusBack(to: Element | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    if (to instanceof HTMLElement && to.isConnected && to !== document.body) to.focus();
    else focusList();
  });
}
