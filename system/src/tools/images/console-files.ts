import { type BunPlugin, zstdCompressSync } from 'bun';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../../../..');
const PRINT = join(ROOT, 'console/src/server/print-browser-files.ts');
const MODULE = /\/console\/src\/server\/browser-files\.ts$/;

/** As `print-browser-files.ts` prints them; contents in base64. */
interface ConsoleFiles {
  /** Paths of the files that the page was made of. */
  readonly inputs: readonly string[];
  readonly page: readonly (readonly [string, object])[];
  readonly scalar: object;
}

/** A process of its own makes them: a build that a plugin starts never ends. */
export async function consoleFiles(): Promise<ConsoleFiles> {
  const child = Bun.spawn([process.execPath, PRINT], { cwd: ROOT, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [files, said, exit] = await Promise.all([child.stdout.json() as Promise<ConsoleFiles>, child.stderr.text(), child.exited]);
  if (exit !== 0) throw new Error(`the console's page cannot be made: ${said.trim()}`);
  return files;
}

/** The exports of `browser-files.ts` that a running console calls; the files are read when the first of them is asked for. */
const UNPACKING = `
  import { readFileSync } from 'node:fs';
  import packed from 'console-files:all';
  const read = ({ gzip, ...file }) => ({ ...file, gzip: new Uint8Array(Buffer.from(gzip, 'base64')) });
  const files = () => JSON.parse(Bun.zstdDecompressSync(readFileSync(packed)).toString());
  export const pageFiles = async () => new Map(files().page.map(([path, file]) => [path, read(file)]));
  export const scalarFile = async () => read(files().scalar);
`;

/** Puts the console's page and Scalar into the console's program as one file. */
export const leanConsole: BunPlugin = {
  name: 'lean-console',
  setup(build) {
    build.onLoad({ filter: MODULE }, () => ({ contents: UNPACKING, loader: 'js' }));
    build.onResolve({ filter: /^console-files:/ }, () => ({ path: 'console-files.zst', namespace: 'lean-console' }));
    build.onLoad({ filter: /./, namespace: 'lean-console' }, async () => {
      const { page, scalar } = await consoleFiles();
      return { contents: zstdCompressSync(JSON.stringify({ page, scalar })), loader: 'file' };
    });
  },
};
