import { Drawer } from './drawer.tsx';
import { session } from './live.ts';
import { OrderView } from './order-view.tsx';
import { place } from './place.ts';

export function App() {
  const { order, drawer } = place.value;
  if (!session.value) return <p>Nobody is signed in.</p>;
  return <main>{order !== undefined && <OrderView id={order} />}{drawer !== undefined && <Drawer />}</main>;
}
