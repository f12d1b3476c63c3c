import { invalid } from './problem.ts';
import { rawBodyOf } from './raw-body.ts';
import { requireReadField } from './text-encoding.ts';

type Form = Awaited<ReturnType<Response['formData']>>;

/** The form that a raw body is. Throws the 400 problem for text in it that is not UTF-8, the 422 one when it is no form. */
export async function formOf(request: Request): Promise<Form> {
  const form = await parsedForm(rawBodyOf(request), request.headers.get('content-type') ?? '');
  for (const [name, value] of form.entries()) if (typeof value === 'string') requireReadField(name, value);
  return form;
}

async function parsedForm(body: Uint8Array, type: string): Promise<Form> {
  try {
    return await new Response(Buffer.from(body), { headers: { 'content-type': type } }).formData();
  } catch {
    // Whatever it throws at: the bytes are all there, and are no form.
    throw invalid('', 'is not a form that can be read');
  }
}
