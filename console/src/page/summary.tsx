import { counted } from './counts.ts';
import { countsSentence } from './counts-sentence.ts';
import { PlaceLink, Shape } from './parts.tsx';

/** The state of the shop in one sentence. */
export function Summary() {
  if (counted.value === null) return <p class="summary">Counting…</p>;
  const pieces = countsSentence(counted.value);
  const isTrouble = pieces.some((piece) => piece.isTrouble);
  return (
    <p class="summary">
      <span class={`is-${isTrouble ? 'failed' : 'done'}`}><Shape name={isTrouble ? 'failed' : 'done'} /></span>{' '}
      {pieces.map(({ text, to, isTrouble: isBad }) =>
        to === undefined ? text : <PlaceLink key={text.replace(/^[\d,+]+/, '')} to={to} {...(isBad === true && { className: 'is-failed' })}>{text}</PlaceLink>,
      )}
    </p>
  );
}
