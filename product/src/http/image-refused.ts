import { invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { ProductImage as PublishedImage } from '@souk/contracts/http/product-image';
import { IMAGES_LIMIT } from '../domain/product-image.ts';
import type { ImageAnswer, ImageRefusal } from '../usecases/change-of-images.ts';
import { refused } from './refused.ts';

/** The image of an answer; throws a refusal as the problem that callers see. */
export function acceptedImage(answer: ImageAnswer): PublishedImage {
  if (answer.kind === 'done') return answer.image;
  throw imageRefused(answer);
}

export function imageRefused(refusal: ImageRefusal): Problem {
  switch (refusal.kind) {
    case 'too-many-images':
      return problem('conflict', { detail: `A product has at most ${IMAGES_LIMIT} images: remove one first.` });
    case 'position-beyond':
      return invalid('/position', `must be less than ${refusal.images}, the number of images`);
    default:
      return refused(refusal);
  }
}
