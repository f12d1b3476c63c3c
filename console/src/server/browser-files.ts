import { join } from 'node:path';
import { type PageFile, pageFile, type PageFiles } from './page-files.ts';

// A compiled program has another module in the place of this one: the same functions, with files that it brings along (`console-files.ts`
// in system/src/tools/images).

const PAGE = join(import.meta.dir, '../page');
/** Scalar in one file, which its package does not export by a name. */
const SCALAR = join(import.meta.dir, '../../node_modules/@scalar/api-reference/dist/browser/standalone.js');

const JAVASCRIPT = 'text/javascript;charset=utf-8';

/** The page is not there, or does not compile. */
export class PageBuildError extends Error {
  readonly code = 'page-not-built';
  constructor(options: ErrorOptions) {
    super('the page cannot be bundled', options);
    this.name = 'PageBuildError';
  }
}

/** Bundles the page: one document, one script, one style sheet, and the script that starts the API reference. Throws PageBuildError. */
export async function pageFiles(): Promise<PageFiles> {
  return (await bundledPage()).files;
}

/** Scalar's script. */
export async function scalarFile(): Promise<PageFile> {
  return pageFile(JAVASCRIPT, await Bun.file(SCALAR).bytes(), false);
}

interface BundledPage {
  readonly files: PageFiles;
  /** Files that it was made of. */
  readonly inputs: readonly string[];
}

export async function bundledPage(): Promise<BundledPage> {
  const { success, logs, outputs, metafile } = await Bun.build({
    entrypoints: [join(PAGE, 'index.html'), join(PAGE, 'reference-start.ts')],
    target: 'browser',
    format: 'esm',
    // The drawer comes when it is first opened.
    splitting: true,
    minify: true,
    publicPath: '/',
    naming: { entry: '[name].[ext]', chunk: 'page-[hash].[ext]', asset: 'page-[hash].[ext]' },
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
    throw: false,
  });
  if (!success) throw new PageBuildError({ cause: new Error(logs.map(({ message }) => message).join('\n')) });
  const files = await Promise.all(
    outputs.map(async (output) => {
      const name = output.path.replace(/^.*\//, '');
      const file = await pageFile(output.type, new Uint8Array(await output.arrayBuffer()), name.startsWith('page-'));
      return [name === 'index.html' ? '/' : `/${name}`, file] as const;
    }),
  );
  return { files: new Map(files), inputs: [...Object.keys(metafile?.inputs ?? {}), SCALAR] };
}
