import { invalid, problem } from '@souk/chassis/web/problems/problem';
import type { ProductImage as PublishedImage } from '@souk/contracts/http/product';
import { IMAGES_LIMIT } from '../domain/product-image.ts';
import type { ImageAnswer } from '../usecases/change-of-images.ts';
import { refused } from './refused.ts';

/** The image of an answer; throws a refusal as the problem that callers see. */
export function acceptedImage(answer: ImageAnswer): PublishedImage {
  switch (answer.kind) {
    case 'done':
      return answer.image;
    case 'too-many-images':
      throw problem('conflict', { detail: `A product has at most ${IMAGES_LIMIT} images: remove one first.` });
    case 'position-beyond':
      throw invalid('/position', `must be less than ${answer.images}, the number of images`);
    default:
      throw refused(answer);
  }
}
