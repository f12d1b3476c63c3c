import { answerWith } from '@souk/chassis/web/app/long-answers';
import { pathOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { problem } from '@souk/chassis/web/problems/problem';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import { nothingThere } from './pass-on.ts';
import type { PageFile, PageFiles } from './page-files.ts';

const PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
const FOR_GOOD = 'public, max-age=31536000, immutable';

/** Made once, at the first call; after a failure the next call tries again. */
export function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** The page's own files; everything else that is asked for is not there. */
export function pageRoutes(files: () => Promise<PageFiles>, report: Report) {
  const faults = faultSource(report, 'the page');

  async function page(request: Request): Promise<Response> {
    const path = pathOf(request.url);
    const found = (await bundled()).get(path === '' ? '/' : path);
    if (found === undefined) throw nothingThere();
    return fileAnswer(request, found, PAGE_POLICY);
  }

  async function bundled(): Promise<PageFiles> {
    try {
      const read = await files();
      faults.worked();
      return read;
    } catch (error) {
      faults.failed(error, 'the page cannot be bundled');
      throw problem('unavailable', { detail: "The page cannot be made; the console's log says why.", headers: { 'retry-after': '5' } });
    }
  }

  return router()
    .get('/', ({ request }) => page(request))
    .get('/*', ({ request }) => page(request));
}

/** By content, so that one who has a file of before the last upgrade gets the new one. */
const tags = new WeakMap<PageFile, string>();

function tagOf(file: PageFile): string {
  const tag = tags.get(file) ?? Bun.SHA256.hash(file.gzip, 'hex').slice(0, 32);
  tags.set(file, tag);
  return tag;
}

/** Compressed where the browser takes that, as all do. 304 is left to the app. */
export function fileAnswer(request: Request, file: PageFile, policy: string): Response {
  const { type, gzip, isForGood } = file;
  const isShort = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(request.headers.get('accept-encoding') ?? '');
  const headers = {
    'content-type': type,
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': isForGood ? FOR_GOOD : 'no-cache',
    vary: 'Accept-Encoding',
    etag: isShort ? `"${tagOf(file)}-gz"` : `"${tagOf(file)}"`,
    ...(isShort && { 'content-encoding': 'gzip' }),
  };
  return answerWith(request, isShort ? gzip : Bun.gunzipSync(gzip), { headers });
}
