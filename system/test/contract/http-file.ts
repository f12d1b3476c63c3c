/** A request as it stands in a `.http` file, placeholders and all. */
export interface WrittenRequest {
  /** `product/requests.http:17` */
  readonly at: string;
  /** By which later requests speak of its answer. */
  readonly name: string | undefined;
  /** The statuses of the comment above it: `# 201`, `# 201 or 409`. */
  readonly statuses: readonly number[];
  readonly method: string;
  /** `{{order}}/orders/{{placed.response.body.$.id}}` */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text, or the file that holds it (`< ./mug.png`). */
  readonly body: string | { readonly file: string } | undefined;
}

export interface HttpFile {
  /** `@name = value`: looked up when they are used, wherever they stand. */
  readonly variables: ReadonlyMap<string, string>;
  readonly requests: readonly WrittenRequest[];
}

const VARIABLE = /^@(\w+) = (.+)$/;
const NAME = /^# @name (\w+)$/;
const STATUSES = /^# (\d{3})(?: or (\d{3}))?$/;
const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) (\S+)$/;
const HEADER = /^([\w-]+): (.+)$/;
const FILE = /^< (\S+)$/;

/** What our files use of the format of VS Code's REST Client; a line that is nothing of it is an error. */
export function readHttpFile(file: string, text: string): HttpFile {
  const variables = new Map<string, string>();
  const requests: WrittenRequest[] = [];
  const blocks = text.split(/^###.*\n/m);
  let line = 1;
  for (const block of blocks) {
    const lines = block.split('\n');
    const start = lines.findIndex((each) => REQUEST.test(each));
    for (const above of start < 0 ? lines : lines.slice(0, start)) {
      const [, name, value] = VARIABLE.exec(above) ?? [];
      if (name !== undefined && value !== undefined) variables.set(name, value);
      else if (above !== '' && !above.startsWith('#')) throw new Error(`${file}: ${above}`);
    }
    if (start >= 0) requests.push(readRequest(`${file}:${line + start}`, lines.slice(0, start), lines.slice(start)));
    // The block's own lines, and the `###` that ended it.
    line += lines.length;
  }
  return { variables, requests };
}

function readRequest(at: string, above: readonly string[], [first = '', ...rest]: readonly string[]): WrittenRequest {
  const [, method = '', url = ''] = REQUEST.exec(first) ?? [];
  const name = above.flatMap((line) => NAME.exec(line)?.[1] ?? [])[0];
  const [, status, other] = above.flatMap((line) => [STATUSES.exec(line) ?? []]).find((match) => match.length > 0) ?? [];
  const end = rest.indexOf('');
  const headers = rest.slice(0, end).map((line) => {
    const [, header, value] = HEADER.exec(line) ?? [];
    if (header === undefined || value === undefined) throw new Error(`${at}: not a header: ${line}`);
    return [header, value] as const;
  });
  const statuses = [status, other].flatMap((one) => (one === undefined ? [] : [Number(one)]));
  return { at, name, statuses, method, url, headers, body: readBody(rest.slice(end).join('\n').trim()) };
}

function readBody(text: string): WrittenRequest['body'] {
  const file = FILE.exec(text)?.[1];
  if (file !== undefined) return { file };
  return text === '' ? undefined : text;
}
