import { useEffect, useRef } from 'preact/hooks';
import { KEYS } from './keys.ts';
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
      <dl class="keys">
        {KEYS.map(({ keys, does }) => <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>The five steps of each order: placed, stock, payment, done, parcels.</p>
      <ul class="shapes">{MEANINGS.map(([shape, meaning]) => <li key={shape} class={`is-${shape}`}><Shape name={shape} /> <span>{meaning}</span></li>)}</ul>
      <button type="button" onClick={close}>Close</button>
    </dialog>
  );
}
