/** Rows of keys: a key's neighbours are those beside it and, shifted by half a key, above and below. */
const LAYOUTS = [
  ['1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./'],
  ['1234567890-=', 'qwertzuiop', 'asdfghjkl', 'yxcvbnm,.-'],
  ['1234567890-=', 'azertyuiop', 'qsdfghjklm', 'wxcvbn,;:!'],
  // Number pads.
  ['789', '456', '123', '0'],
];
/** Share of steps to a neighbour that makes a walk. No words reach it: in English it is a sixth. */
const WALKED = 0.65;

const places = LAYOUTS.map((rows) => new Map(rows.flatMap((row, y) => Array.from(row).map((key, x) => [key, { x: x + y / 2, y }] as const))));

/** True for a walk from key to key, or along the alphabet or the digits: `1q2w3e4r5t6y`, `qweasdzxc123`, `abcdefghijkl`. */
export function isWalk(text: string): boolean {
  const characters = Array.from(text);
  const share = (isStep: (from: string, to: string) => boolean) =>
    characters.filter((to, at) => at > 0 && isStep(characters[at - 1] ?? '', to)).length / (characters.length - 1);
  return share(isNext) >= WALKED || places.some((keys) => share((from, to) => isBeside(keys.get(from), keys.get(to))) >= WALKED);
}

function isNext(from: string, to: string): boolean {
  return Math.abs((from.codePointAt(0) ?? 0) - (to.codePointAt(0) ?? 0)) <= 1;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function isBeside(from: Place | undefined, to: Place | undefined): boolean {
  return from !== undefined && to !== undefined && Math.abs(from.x - to.x) <= 1 && Math.abs(from.y - to.y) <= 1;
}
