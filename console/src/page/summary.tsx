import { counted } from './counts.ts';
import { countsSentence } from './counts-sentence.ts';
import { link } from './live.ts';
import { PlaceLink, Shape } from './parts.tsx';

/** The state of the shop in one sentence. */
export function Summary() {
  if (counted.value === null) return <p class="summary">Counting…</p>;
  const { state, down } = link.value;
  const pieces = countsSentence(counted.value, { away: down, isLost: state === 'lost' });
  const isTrouble = pieces.some((piece) => piece.isTrouble);
  const shape = isTrouble ? 'failed' : state === 'lost' ? 'half' : 'done';
  return (
    <p class="summary">
      <span class={`is-${shape}`}><Shape name={shape} /></span>{' '}
      {pieces.map(({ text, to, isTrouble: isBad }) =>
        to === undefined ? (isBad === true ? <span key={text} class="is-failed">{text}</span> : text) : <PlaceLink key={text.replace(/^[\d,+]+/, '')} to={to} {...(isBad === true && { className: 'is-failed' })}>{text}</PlaceLink>,
      )}
    </p>
  );
}
