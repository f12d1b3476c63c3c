import { escapeHtml } from './escape-html.ts';
import { HEADERS } from './openapi-headers.ts';
import { isPlainObject, type PlainObject } from '../bodies/plain-object.ts';

interface Named {
  readonly path: string;
  readonly method: string;
  readonly operation: unknown;
}

type Resolve = (node: unknown) => PlainObject;

/** One route on the documentation page: permissions, input, all answers, examples. `resolve` follows references. */
export function operationHtml({ path, method, operation }: Named, resolve: Resolve): string {
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
export function prose(value: unknown): string {
  return text(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function text(value: unknown): string {
  return typeof value === 'string' ? escapeHtml(value) : '';
}

function jsonText(value: unknown, indent?: number): string {
  return escapeHtml(JSON.stringify(value, null, indent) ?? '');
}
