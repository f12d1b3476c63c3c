import { join } from 'node:path';

/** A file that browsers are sent: as it is, and compressed. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly isForGood: boolean;
}

/** By path. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const PAGE = join(import.meta.dir, '../page');

/** The page is not there, or does not compile. */
export class PageBuildError extends Error {
  readonly code = 'page-not-built';
  constructor(options: ErrorOptions) {
    super('the page cannot be bundled', options);
    this.name = 'PageBuildError';
  }
}

/** Bundles the page: one document, one script, one style sheet, and the script that starts the API reference. Throws PageBuildError. */
export async function bundlePage(page = PAGE): Promise<PageFiles> {
  const { success, logs, outputs } = await Bun.build({
    entrypoints: [join(page, 'index.html'), join(page, 'reference-start.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
    publicPath: '/',
    naming: { entry: '[name].[ext]', chunk: 'page-[hash].[ext]', asset: 'page-[hash].[ext]' },
    define: { 'process.env.NODE_ENV': '"production"' },
    throw: false,
  });
  if (!success) throw new PageBuildError({ cause: new Error(logs.map(({ message }) => message).join('\n')) });
  const files = await Promise.all(
    outputs.map(async (output) => {
      const name = output.path.replace(/^.*\//, '');
      const path = name === 'index.html' ? '/' : `/${name}`;
      return [path, pageFile(output.type, Buffer.from(await output.arrayBuffer()), name.startsWith('page-'))] as const;
    }),
  );
  return new Map(files);
}

export function pageFile(type: string, bytes: Uint8Array<ArrayBuffer>, isForGood: boolean): PageFile {
  return { type, bytes, gzip: Bun.gzipSync(bytes, { level: 9 }), etag: `"${Bun.SHA256.hash(bytes, 'hex').slice(0, 32)}"`, isForGood };
}
