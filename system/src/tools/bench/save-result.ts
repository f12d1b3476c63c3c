import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resultPage } from './page/page.ts';
import type { Result } from './result.ts';

/** Writes the result as JSON and as a page with plots; creates the folder if needed. */
export async function saveResult(folder: string, result: Result): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([Bun.write(join(folder, 'result.json'), `${JSON.stringify(result, null, 1)}\n`), Bun.write(join(folder, 'page.html'), resultPage(result))]);
}
