import { Elysia } from 'elysia';
import { answerWith } from '../app/long-answers.ts';
import { isPlainObject, type PlainObject, resolved } from '../json-values.ts';
import { HEADERS } from './openapi-responses.ts';

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

interface Named {
  readonly path: string;
  readonly method: string;
  readonly operation: unknown;
}

type Resolve = (node: unknown) => PlainObject;

/** One route on the documentation page: permissions, input, all answers, examples. `resolve` follows references. */
function operationHtml({ path, method, operation }: Named, resolve: Resolve): string {
  const route = isPlainObject(operation) ? operation : {};
  const { summary, description } = route;
  const title = `<summary><b class="m">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code> <span class="s">${prose(summary)}</span>${tag(whoMay(route))}</summary>`;
  const inside = [paragraph(prose(description)), paragraph(whoMay(route).sentence), parametersHtml(route['parameters']), bodyHtml(route), answersHtml(route, resolve)];
  return `<details>${title}<div>${inside.join('')}</div></details>`;
}

interface WhoMay {
  /** Empty: everybody. */
  readonly who: string;
  readonly sentence: string;
}

function whoMay(route: PlainObject): WhoMay {
  const { security, 'x-role': role } = route;
  if (typeof role === 'string') return { who: role, sentence: `Needs an access token with the role <b>${escapeHtml(role)}</b>.` };
  if (!Array.isArray(security)) return { who: '', sentence: '' };
  const isOptional = security.some((way) => isPlainObject(way) && Object.keys(way).length === 0);
  if (isOptional) return { who: '', sentence: 'An access token may come with it; then it must be good.' };
  return { who: 'signed in', sentence: 'Needs an access token.' };
}

function tag({ who }: WhoMay): string {
  return who === '' ? '' : ` <span class="t">${escapeHtml(who)}</span>`;
}

function parametersHtml(parameters: unknown): string {
  if (!Array.isArray(parameters) || parameters.length === 0) return '';
  const rows = parameters.filter(isPlainObject).map(({ name, in: where, required, schema }) => {
    const need = required === true ? 'required' : '';
    return `<tr><td><code>${text(name)}</code></td><td>${text(where)} ${need}</td><td><code>${jsonText(schema)}</code></td></tr>`;
  });
  return `<p>Parameters</p><table class="p">${rows.join('')}</table>`;
}

function bodyHtml({ requestBody }: PlainObject): string {
  return isPlainObject(requestBody) ? `<p>Body</p>${mediaHtml(requestBody['content'])}` : '';
}

function answersHtml({ responses }: PlainObject, resolve: Resolve): string {
  if (!isPlainObject(responses)) return '';
  const rows = Object.entries(responses).map(([status, answer]) => {
    const { description, headers, content } = resolve(answer);
    const names = isPlainObject(headers) ? Object.keys(headers).filter((name) => !(name in HEADERS.always)) : [];
    const media = Number(status) < 400 ? mediaHtml(content) : '';
    return `<tr><td>${escapeHtml(status)}</td><td>${prose(description).replaceAll('\n\n', '<br>')}${headersHtml(names)}${media}</td></tr>`;
  });
  return `<p>Answers</p><table class="a">${rows.join('')}</table>`;
}

function headersHtml(names: readonly string[]): string {
  return names.length === 0 ? '' : `<br><span class="s">with ${escapeHtml(names.join(', '))}</span>`;
}

function mediaHtml(content: unknown): string {
  if (!isPlainObject(content)) return '';
  return Object.entries(content)
    .map(([type, media]) => {
      const { schema, example } = isPlainObject(media) ? media : {};
      const shown = example === undefined ? '' : `<pre>${jsonText(example, 2)}</pre>`;
      const precise = schema === undefined ? '' : `<details><summary>Schema</summary><pre>${jsonText(schema, 2)}</pre></details>`;
      return `<p><code>${escapeHtml(type)}</code></p>${shown}${precise}`;
    })
    .join('');
}

function paragraph(html: string): string {
  return html === '' ? '' : `<p>${html}</p>`;
}

/** Text as HTML; parts between backticks are code. */
function prose(value: unknown): string {
  return text(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function text(value: unknown): string {
  return typeof value === 'string' ? escapeHtml(value) : '';
}

function jsonText(value: unknown, indent?: number): string {
  return escapeHtml(JSON.stringify(value, null, indent) ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(plain: string): string {
  return plain.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
