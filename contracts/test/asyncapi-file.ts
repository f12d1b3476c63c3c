import { join } from 'node:path';

/** The description of all topics, for people and tools that do not run the code. */
export const ASYNCAPI_FILE = join(import.meta.dir, '../asyncapi.json');
