/** Padding that is guessed as soon as the word in front of it. */
const PADDING = /[^a-z]{1,4}$/;
/** `aaaaaaaaaaaa`, `121212121212`: no list has all of them. */
const TRIVIAL = 3;

let known: Promise<ReadonlySet<string>> | undefined;

/**
 * Whether a password is among the first that are guessed: one of the 49,000 that turn up most often in what was stolen
 * elsewhere, one of them or a few characters over and over, or one with a few digits and signs behind it. In whatever case.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= load();
  const common = await known;
  const text = password.normalize('NFKC').toLowerCase();
  return [text, text.replace(PADDING, '')].some((each) => {
    const part = repeatedPart(each);
    return part.length <= TRIVIAL || common.has(part);
  });
}

/** Loaded when somebody first chooses a password: it takes 20 ms and 5 MB. */
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

/** `abcabc` -> `abc`; what repeats nothing is its own part. */
function repeatedPart(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1));
}
