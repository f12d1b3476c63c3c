import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resultPage } from './page/page.ts';
import type { Result } from './result.ts';

/** Writes what was measured as JSON and as a page with plots; makes the folder when it is not there. */
export async function saveResult(folder: string, result: Result): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([Bun.write(join(folder, 'result.json'), `${JSON.stringify(result, null, 1)}\n`), Bun.write(join(folder, 'page.html'), resultPage(result))]);
}
