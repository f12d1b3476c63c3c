import { asyncApiDocument } from '../src/asyncapi.ts';
import { ASYNCAPI_FILE } from './asyncapi-file.ts';
import { asFile } from './gate/published.ts';

/** `npm run asyncapi` */
await Bun.write(ASYNCAPI_FILE, asFile(asyncApiDocument()));
