import { problem } from '../problems/problem.ts';

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)/g;
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8']);
export const FORM = 'multipart/form-data';
const IS_TEXT = /^(?:text\/|application\/(?:[\w.!#$&^+-]+\+)?json|multipart\/form-data)/i;
/** The replacement for bytes that could not be decoded; nobody can tell whether it was sent or made on the way. */
const UNREADABLE = '\ufffd';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws the 415 problem for a body that is compressed, or whose media type names a charset other than UTF-8. */
export function requirePlainUtf8(headers: Headers): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw problem('unsupported-media-type', {
      detail: 'Send the body as it is, without a Content-Encoding.',
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const type = headers.get('content-type') ?? '';
  if (isText(type) && charsetsOf(type).some((charset) => !UTF_8.has(charset))) {
    throw problem('unsupported-media-type', { detail: 'Send text in UTF-8, in no other charset.' });
  }
}

/** True for JSON, plain text and forms: the types to which a charset applies. */
export function isText(type: string): boolean {
  return IS_TEXT.test(type);
}

function charsetsOf(type: string): readonly string[] {
  if (!type.includes(';')) return [];
  const parameters = [...type.matchAll(PARAMETER)];
  return parameters.flatMap(([, name, value = '']) => (name?.toLowerCase() === 'charset' ? [value.replaceAll('"', '').toLowerCase()] : []));
}

/** Throws the 400 problem for bytes that are not UTF-8. A leading byte order mark is not part of the text. */
export function decodeUtf8(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    if (cause instanceof TypeError) throw notUtf8('The body');
    throw cause;
  }
}

/** Throws the 400 problem for a form field whose bytes were not UTF-8. */
export function requireReadField(name: string, text: string): void {
  if (text.includes(UNREADABLE)) throw notUtf8(`The form field ${name}`);
}

function notUtf8(what: string) {
  return problem('malformed-text', { detail: `${what} is not UTF-8: send its text in UTF-8.` });
}

/**
 * Throws the 400 problem for the first query parameter that is to be read and is not percent-encoded UTF-8: Elysia would pass
 * it on undecoded.
 */
export function requireDecodable(url: string, isRead: (name: string) => boolean): void {
  const start = url.indexOf('?');
  if (start === -1 || !url.includes('%', start)) return;
  const hash = url.indexOf('#', start);
  for (const pair of url.slice(start + 1, hash === -1 ? url.length : hash).split('&')) {
    const equals = pair.indexOf('=');
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    if (name === undefined || !isRead(name) || decoded(pair.slice(equals + 1)) !== undefined) continue;
    throw problem('malformed-text', {
      detail: `The query parameter ${name} is not percent-encoded UTF-8: send its text in that form.`,
    });
  }
}

/** undefined: the text cannot be decoded. */
function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return plain.includes(UNREADABLE) ? undefined : plain;
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}
