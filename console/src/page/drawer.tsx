import { place } from './place.ts';

/** What is open over the right side. */
export function Drawer() {
  return <p>{place.value.drawer}</p>;
}
