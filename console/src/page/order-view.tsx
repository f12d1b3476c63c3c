import { Short } from './parts.tsx';

/** The chosen order. */
export function OrderView({ id }: { readonly id: string }) {
  return <p>Order <Short id={id} /></p>;
}
