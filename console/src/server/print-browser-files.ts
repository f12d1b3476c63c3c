import { bundledPage, scalarFile } from './browser-files.ts';
import type { PageFile } from './page-files.ts';

/** Prints the files for browsers as JSON, for the build of a program that brings them along, and what they were made of. */
const { files, inputs } = await bundledPage();
const written = ({ gzip, ...file }: PageFile) => ({ ...file, gzip: Buffer.from(gzip).toString('base64') });
process.stdout.write(JSON.stringify({ inputs, scalar: written(await scalarFile()), page: [...files].map(([path, file]) => [path, written(file)]) }));
