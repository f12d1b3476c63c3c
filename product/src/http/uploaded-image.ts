import { formOf, rawBodyOf } from '@souk/chassis/web/bodies/raw-body';
import { invalid, problem } from '@souk/chassis/web/problems/problem';
import { FORM } from '@souk/chassis/web/app/text-encoding';
import { validationProblem } from '@souk/chassis/web/problems/field-errors';
import { ImageType, WithImage } from '@souk/contracts/http/product';
import { IMAGE_BYTES } from '../domain/product-image.ts';
import { type RecognisedImage, recogniseImage } from '../domain/recognise-image.ts';

/** Limit of pixels, for the viewers that decompress them: a file of a few kilobytes can claim gigapixels. */
const PIXELS = 50_000_000;

const TYPES = ImageType.anyOf.map((type) => type.const);

/** More bytes than an image may have, so that most images that are too large get an error that says so. */
export const UPLOAD = { maxBytes: 8 * 1024 * 1024, types: [...TYPES, 'application/octet-stream', FORM] };

interface UploadedImage {
  readonly bytes: Uint8Array;
  readonly image: RecognisedImage & { readonly alt: string };
}

interface Sent {
  readonly bytes: Uint8Array;
  readonly alt: string | undefined;
}

/**
 * The image in a request: its body, or the field `file` of a form. Its alt text is in the query (`inQuery`), or in the field
 * `alt` of the form. Throws the 413, 415 or 422 problem.
 */
export async function uploadedImage(request: Request, inQuery: string | undefined): Promise<UploadedImage> {
  const { bytes, alt = inQuery ?? '' } = await sentIn(request);
  if (bytes.byteLength > IMAGE_BYTES) throw tooLarge(`An image may have at most ${IMAGE_BYTES} bytes: send a smaller one.`);
  const image = recogniseImage(bytes);
  if (image === undefined) {
    throw problem('unsupported-media-type', { detail: 'Send a whole PNG, JPEG, WebP or GIF image.' });
  }
  if (image.width * image.height > PIXELS) throw tooLarge(`An image may have at most ${PIXELS} pixels: send a smaller one.`);
  return { bytes, image: { ...image, alt } };
}

function tooLarge(detail: string) {
  return problem('image-too-large', { detail });
}

async function sentIn(request: Request): Promise<Sent> {
  if (!request.headers.get('content-type')?.toLowerCase().startsWith(FORM)) return { bytes: rawBodyOf(request), alt: undefined };
  const form = await formOf(request);
  for (const name of form.keys()) if (name !== 'file' && name !== 'alt') throw invalid(`/${name}`, 'is not a field of this form');
  const [file, more] = form.getAll('file');
  if (!(file instanceof Blob) || more !== undefined) throw invalid('/file', 'must be one file');
  return { bytes: await file.bytes(), alt: altIn(form) };
}

/** The field `alt`, validated as in a JSON body. */
function altIn(form: Awaited<ReturnType<typeof formOf>>): string | undefined {
  const [alt, more] = form.getAll('alt');
  if (alt === undefined) return undefined;
  if (typeof alt !== 'string' || more !== undefined) throw invalid('/alt', 'must be one text');
  const wrong = validationProblem({ schema: WithImage, value: { alt } }, { schema: undefined, value: undefined });
  if (wrong !== undefined) throw wrong;
  return alt;
}
