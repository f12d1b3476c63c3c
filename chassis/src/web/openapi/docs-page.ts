import { Elysia } from 'elysia';
import { operationHtml, prose } from './docs-operation.ts';
import { escapeHtml } from './escape-html.ts';
import { resolved } from './json-reference.ts';
import { answerWith } from '../app/long-answer.ts';
import { HEADERS } from './openapi-headers.ts';
import { isPlainObject } from '../bodies/plain-object.ts';

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{margin-bottom:0}h2{margin:2rem 0 .5rem;font-size:1.1rem}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;padding:.6rem;background:#8881;border-radius:4px}details{border:1px solid #8884;border-radius:4px;margin:.4rem 0}
summary{cursor:pointer;padding:.4rem .6rem}details>div{padding:0 .9rem .6rem}nav a{margin-right:1rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}td{vertical-align:top;overflow-wrap:anywhere;
padding:.2rem .6rem .2rem 0;border-bottom:1px solid #8883}.a td:first-child{width:3rem}.p td:first-child{width:25%}.p td:nth-child(2){width:5.5rem}
b.m{display:inline-block;min-width:4.6rem}.s{opacity:.75}.t{border:1px solid #8886;border-radius:4px;padding:0 .4rem;font-size:.8rem}`;

const STYLE_HASH = Bun.SHA256.hash(STYLE, 'base64');
/** The page is text only: no scripts, no pictures, nothing from other origins. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `GET /docs`: the OpenAPI document as a page, made here, so that it can be read without internet and without scripts. */
export function docsPage(document: () => object) {
  let page: string | undefined;
  return new Elysia({ normalize: false }).get(
    '/docs',
    ({ request }) => {
      page ??= pageOf(document());
      return answerWith(request, page, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY } });
    },
    {
      detail: {
        summary: 'This interface, to be read by people',
        responses: { 200: { description: 'A page', content: { 'text/html': {} } } },
      },
    },
  );
}

interface Info {
  readonly title?: string;
  readonly version?: string;
  readonly description?: string;
}

function pageOf(document: object): string {
  const { info = {}, paths = {} } = document as { info?: Info; paths?: object };
  const title = escapeHtml(info.title ?? '');
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    isPlainObject(methods) ? Object.entries(methods).map(([method, operation]) => ({ path, method, operation })) : [],
  );
  const byPart = [...Map.groupBy(operations, ({ path }) => partOf(path))].toSorted(([a], [b]) => inOrder(a, b));
  const links = byPart.map(([part], at) => `<a href="#part-${at}">${escapeHtml(part)}</a>`);
  const parts = byPart.map(([part, of], at) => {
    const routes = of.map((one) => operationHtml(one, (node) => resolved(document, node)));
    return `<h2 id="part-${at}">${escapeHtml(part)}</h2>${routes.join('')}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>
<p>Version ${escapeHtml(info.version ?? '')} &middot; <a href="/openapi.json">openapi.json</a></p>
<p class="s">Answers have ${Object.keys(HEADERS.always).join(', ')}; refusals are <code>application/problem+json</code>.</p>
${prose(info.description).split('\n\n').map((rule) => `<p>${rule}</p>`).join('')}
<nav>${links.join(' ')}</nav>${parts.join('')}</body></html>`;
}

const OPERATIONS = 'Operations';
const OF_OPERATIONS: ReadonlySet<string> = new Set(['asyncapi.json', 'docs', 'livez', 'metrics', 'openapi.json', 'ops', 'readyz']);

function partOf(path: string): string {
  const first = path.split('/')[1] ?? '';
  return OF_OPERATIONS.has(first) ? OPERATIONS : `/${first}`;
}

/** The service's own routes come first, operations last. */
function inOrder(a: string, b: string): number {
  return Number(a === OPERATIONS) - Number(b === OPERATIONS) || a.localeCompare(b);
}
