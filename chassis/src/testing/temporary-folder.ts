import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** For callers that cannot leave it to the end of a scope. */
  remove(): void;
}

/** A new, empty folder. With `using` it is removed at the end of the scope. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'souk-test-'));
  const remove = () => rmSync(path, { recursive: true });
  return { path, remove, [Symbol.dispose]: remove };
}
