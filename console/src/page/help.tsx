import { useEffect, useRef } from 'preact/hooks';
import { KEYS, PANEL_KEYS } from './keys.ts';
import { Shape, type ShapeName } from './parts.tsx';
import { go, place } from './place.ts';

const MEANINGS: readonly (readonly [ShapeName, string])[] = [
  ['empty', 'not yet'],
  ['half', 'under way'],
  ['done', 'done'],
  ['failed', 'failed'],
  ['undoing', 'being undone'],
  ['undone', 'undone'],
  ['never', 'will never be'],
];

function Keys({ of }: { readonly of: typeof KEYS }) {
  return <dl class="keys">{of.map(({ keys, does }) => <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>;
}

/** The keys, and the meaning of the shapes. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => go({ drawer: undefined });
  useEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => { if (place.peek().drawer === 'help') close(); }}>
      <h2 id="help-title">Keys and shapes</h2>
      <Keys of={KEYS} />
      <h3>In an open panel</h3>
      <Keys of={PANEL_KEYS} />
      <h3>Shapes</h3>
      <p>Each order has five steps: placed, stock, paid, done, parcels.</p>
      <ul class="shapes">{MEANINGS.map(([shape, meaning]) => <li key={shape} class={`is-${shape}`}><Shape name={shape} /> <span>{meaning}</span></li>)}</ul>
      <button type="button" onClick={close}>Close</button>
    </dialog>
  );
}
