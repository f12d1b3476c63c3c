import '@souk/contracts/strings';
import { FormatRegistry } from '@sinclair/typebox';
import Ajv2020 from 'ajv/dist/2020.js';

const FORMATS = ['uuid', 'date-time', 'email', 'idn-email', 'currency', 'current-currency', 'country'];

/** Explains why a value does not fit; undefined: it fits. `place`: a JSON Pointer to the schema inside the document. */
export type DescribedSchemas = (place: string, value: unknown) => string | undefined;

/** Checks values against the schemas of an OpenAPI 3.1 document, each compiled on first use. */
export function describedSchemas(document: object): DescribedSchemas {
  const ajv = new Ajv2020({ strict: false });
  for (const format of FORMATS) ajv.addFormat(format, (text) => FormatRegistry.Get(format)?.(text) === true);
  ajv.addSchema({ ...document, $id: 'document' });
  return (place, value) => {
    const check = ajv.getSchema(`document#${place.split('/').map(encodeURIComponent).join('/')}`);
    if (check === undefined) throw new Error(`there is no schema at ${place}`);
    return check(value) === true ? undefined : ajv.errorsText(check.errors);
  };
}

/** A JSON Pointer (RFC 6901). */
export function pointerTo(...steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
