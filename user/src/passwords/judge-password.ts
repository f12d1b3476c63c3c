import { longPasswords } from './long-passwords.ts';

type JudgedFault = 'common' | 'personal';
/** `unchanged`: it equals the password that it should replace. */
export type PasswordFault = JudgedFault | 'unchanged';

/** The answer to a request whose new password was refused. */
export interface PasswordRefused {
  readonly kind: 'password-refused';
  readonly fault: PasswordFault;
}

interface Person {
  readonly email: string;
  readonly name: string;
}

export type JudgePassword = ReturnType<typeof passwordJudge>;

/** Finds the fault of a new password; the contract checks its length. */
export function passwordJudge({ shopName }: { readonly shopName: string }) {
  return async (password: string, { email, name }: Person): Promise<JudgedFault | undefined> => {
    if (isMadeOf(password, [email, name, shopName])) return 'personal';
    return (await isCommonPassword(password)) ? 'common' : undefined;
  };
}

/** Shorter words are ignored: they are parts of others. */
const SHORTEST_WORD = 3;
/** Characters beside the words, without and with digits: digits are dates and years, and few other characters are soon tried. */
const FEW_OTHERS = 3;
const FEW_IN_ALL = 8;

/**
 * True when hardly anything is left of a password without the words of these texts: `AdaLovelace1815`, `5ouk-S0uk-souk!`.
 * False for a sentence in which they occur.
 */
export function isMadeOf(password: string, texts: readonly string[]): boolean {
  const words = new Set(texts.flatMap(wordsOf));
  const text = plain(password);
  const forms = new Set([text, ...unleeted(text)].map(joined));
  return [...forms].some((form) => {
    const left = [...words].reduce((rest, word) => rest.replaceAll(word, ''), form);
    return left !== form && left.length <= FEW_IN_ALL && left.replace(/\d/g, '').length <= FEW_OTHERS;
  });
}

/** The words of a text: the whole and its parts, longest first, so that no part breaks a longer one. */
function wordsOf(text: string): readonly string[] {
  const words = [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)].map((word) => joined(plain(word)));
  return words.filter((word) => word.length >= SHORTEST_WORD).toSorted((one, other) => other.length - one.length);
}

/** Padding that is guessed together with the word before or after it: a few signs and digits, a year. */
const PADDING_AFTER = /(?:[^a-z]{1,4}|(?:19|20)\d\d[^a-z0-9]{1,2})$/;
const PADDING_BEFORE = /^[^a-z]{1,4}/;
/** Characters whose repetition is trivial: `aaaaaaaaaaaa`, `121212121212`. No list has all of them. */
const TRIVIAL = 3;
/** Most frequent passwords of which any two together are refused: a million pairs. */
const PAIRED = 1000;

interface Known {
  readonly all: ReadonlySet<string>;
  /** those that a pair is made of; in a pair, those of fewer than 4 characters do not count: they are parts of ordinary words */
  readonly paired: ReadonlySet<string>;
  /** characters of the longest of these */
  readonly longestPaired: number;
}

let known: Promise<Known> | undefined;

/**
 * True when a password is among the first that are guessed: one of some 59,000 that occur most often in stolen lists, one
 * of them or a few characters repeated, two of the most frequent together, one with a few digits and signs around it, or a
 * walk over the keyboard. In upper or lower case, with signs for letters, with separators.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= load();
  const common = await known;
  const text = plain(password);
  const forms = new Set([text, ...unleeted(text), joined(text)]);
  return [...forms].some((form) => isWalk(form) || partsOf(form).some((part) => isCommon(part, common)));
}

/** The text, with and without its padding. */
function partsOf(text: string): readonly string[] {
  const before = text.replace(PADDING_BEFORE, '');
  return [text, before, text.replace(PADDING_AFTER, ''), before.replace(PADDING_AFTER, '')];
}

function isCommon(text: string, { all, paired, longestPaired }: Known): boolean {
  const part = repeatedPart(text);
  if (part.length <= TRIVIAL || all.has(part) || all.has(text)) return true;
  if (part.length > 2 * longestPaired) return false;
  for (let at = 4; at <= part.length - 4; at += 1) if (paired.has(part.slice(0, at)) && paired.has(part.slice(at))) return true;
  return false;
}

/** Loads the lists when somebody first chooses a password: they take 6 MB. */
async function load(): Promise<Known> {
  const [{ dictionary }, long] = await Promise.all([import('@zxcvbn-ts/language-common'), longPasswords()]);
  const short = dictionary['passwords-common'];
  const paired = short.slice(0, PAIRED);
  return { all: new Set([...short, ...long]), paired: new Set(paired), longestPaired: Math.max(...paired.map(({ length }) => length)) };
}

/** `abcabc` -> `abc`; a text without repetition is its own part. */
function repeatedPart(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1));
}

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
function isWalk(text: string): boolean {
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

/** Signs that stand for letters; 1 and ! stand for i or l. */
const LEET = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '6': 'g', '7': 't', '8': 'b', '9': 'g', '@': 'a', $: 's', '!': 'i', '|': 'l' } as const;

/** Twice the characters that a password may have: one sign can become eighteen letters, and work grows with their square. */
const COMPARED = 256;

/** The form in which texts are compared: without Unicode form, case and accents. Of a longer text only the beginning counts. */
export function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').slice(0, COMPARED);
}

/** The text with signs read as the letters they stand for, in both readings: `p4ssw0rd`, `he11o`. */
function unleeted(text: string): readonly string[] {
  const asI = Array.from(text).map((sign) => LEET[sign as keyof typeof LEET] ?? sign).join('');
  const asL = Array.from(text).map((sign) => (sign === '1' || sign === '!' ? 'l' : (LEET[sign as keyof typeof LEET] ?? sign))).join('');
  return [asI, asL];
}

/** The text without spaces and the signs of a keyboard. */
function joined(text: string): string {
  return text.replace(/[\s!-/:-@[-`{-~]/g, '');
}
