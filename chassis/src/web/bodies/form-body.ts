import { invalid } from '../problems/problem.ts';
import { rawBodyOf } from './raw-body.ts';
import { requireReadField } from '../app/text-encoding.ts';

type Form = Awaited<ReturnType<Response['formData']>>;

/** Maximum number of parts of a form. Our forms have two fields; each part costs half a microsecond, and megabytes hold 100,000 of them. */
const PARTS = 20;
/** RFC 2046, 5.1.1 */
const BOUNDARY = /;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+,./:=?-]{1,70}))\s*(?:;|$)/i;

/**
 * Reads a raw body as a form. Throws the 400 problem for text in it that is not UTF-8, the 422 problem when it is not a form or
 * has more than 20 parts.
 */
export async function formOf(request: Request): Promise<Form> {
  const form = await parsedForm(rawBodyOf(request), request.headers.get('content-type') ?? '');
  for (const [name, value] of form.entries()) if (typeof value === 'string') requireReadField(name, value);
  return form;
}

async function parsedForm(body: Uint8Array, type: string): Promise<Form> {
  const [, quoted, plain] = BOUNDARY.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw unreadable();
  const bytes = Buffer.from(body);
  if (hasMoreThan(PARTS, bytes, `--${boundary}`)) throw invalid('', `may have ${PARTS} parts`);
  try {
    // Not the header as it came: the count above and the parser must see the same boundary.
    return await new Response(bytes, { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }).formData();
  } catch {
    // Whatever it throws: the bytes are complete, and are not a form.
    throw unreadable();
  }
}

function hasMoreThan(parts: number, body: Buffer, delimiter: string): boolean {
  let at = -1;
  // There is one more delimiter than parts: it closes the last one.
  for (let found = 0; found <= parts + 1; found += 1) {
    at = body.indexOf(delimiter, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function unreadable() {
  return invalid('', 'is not a form that can be read');
}
