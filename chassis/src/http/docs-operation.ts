import { escapeHtml } from './escape-html.ts';
import { isPlainObject, type PlainObject } from './plain-object.ts';

interface Named {
  readonly path: string;
  readonly method: string;
  readonly operation: unknown;
}

type Resolve = (node: unknown) => PlainObject;

/** One route of the documents page: who may, what goes in, every answer, examples. `resolve` follows references. */
export function operationHtml({ path, method, operation }: Named, resolve: Resolve): string {
  const route = isPlainObject(operation) ? operation : {};
  const { summary, description } = route;
  const title = `<summary><b class="m">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code> <span class="s">${text(summary)}</span></summary>`;
  const inside = [paragraph(text(description)), paragraph(whoMay(route)), parametersHtml(route['parameters']), bodyHtml(route), answersHtml(route, resolve)];
  return `<details>${title}<div>${inside.join('')}</div></details>`;
}

function whoMay(route: PlainObject): string {
  const { security, 'x-role': role } = route;
  if (typeof role === 'string') return `Needs an access token with the role <b>${escapeHtml(role)}</b>.`;
  if (!Array.isArray(security)) return '';
  const isOptional = security.some((way) => isPlainObject(way) && Object.keys(way).length === 0);
  return isOptional ? 'An access token may come with it.' : 'Needs an access token.';
}

function parametersHtml(parameters: unknown): string {
  if (!Array.isArray(parameters) || parameters.length === 0) return '';
  const rows = parameters.filter(isPlainObject).map(({ name, in: where, required, schema }) => {
    const need = required === true ? 'required' : '';
    return `<tr><td><code>${text(name)}</code></td><td>${text(where)} ${need}</td><td><code>${jsonText(schema)}</code></td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function bodyHtml({ requestBody }: PlainObject): string {
  return isPlainObject(requestBody) ? `<p>Body</p>${mediaHtml(requestBody['content'])}` : '';
}

function answersHtml({ responses }: PlainObject, resolve: Resolve): string {
  if (!isPlainObject(responses)) return '';
  const rows = Object.entries(responses).map(([status, answer]) => {
    const { description, headers, content } = resolve(answer);
    const names = isPlainObject(headers) ? Object.keys(headers).join(', ') : '';
    const media = Number(status) < 400 ? mediaHtml(content) : '';
    return `<tr><td>${escapeHtml(status)}</td><td>${text(description).replaceAll('\n\n', '<br>')}<br><span class="s">${escapeHtml(names)}</span>${media}</td></tr>`;
  });
  return `<p>Answers</p><table>${rows.join('')}</table>`;
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

function text(value: unknown): string {
  return typeof value === 'string' ? escapeHtml(value) : '';
}

function jsonText(value: unknown, indent?: number): string {
  return escapeHtml(JSON.stringify(value, null, indent) ?? '');
}
