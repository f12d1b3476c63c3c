import { type FieldError, PROBLEM_TYPES, type ProblemCode, type ProblemExtension, problemTypeUri } from '@souk/contracts/problem';
import { factsOf, pathOf } from '../app/request-facts.ts';
import type { StoredAnswer } from '../../stored-answer.ts';

interface ProblemDetails {
  /** One sentence about this request, and what to do; never names internals. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

type NeedsExtension<C extends ProblemCode> = Partial<ProblemExtension<C>> extends ProblemExtension<C> ? false : true;

/** Everything a problem needs besides its code: a detail, and the extension members that some codes have. */
export type ProblemOptions<C extends ProblemCode> = ProblemDetails &
  (NeedsExtension<C> extends true
    ? { readonly extension: ProblemExtension<C> }
    : { readonly extension?: ProblemExtension<C> });

/** A refusal: thrown by routes and hooks, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails & { readonly extension?: object },
  ) {
    super(details.detail);
    this.name = 'Problem';
    this.status = PROBLEM_TYPES[code].status;
  }
}

export function problem<C extends ProblemCode>(code: C, options: ProblemOptions<C>): Problem {
  return new Problem(code, options);
}

/** Maximum number of wrong fields that are named; a body or a query has room for thousands. */
export const FIELDS_TOLD = 50;
const PLACES_TOLD = 3;
/** Characters. No field of ours lies that deep; a name made up by a caller may be as long as a body and need not come back twice. */
const POINTER_LIMIT = 200;

/** A problem for refused fields; its detail names the first of them. `cure`: what to do, if the fields' own sentences do not say so. */
export function fieldsRefused<C extends ProblemCode>(
  code: NeedsExtension<C> extends true ? never : C,
  places: readonly FieldError[],
  cure?: string,
): Problem {
  const errors = places.slice(0, FIELDS_TOLD).map(shortened);
  const told = errors.slice(0, PLACES_TOLD).map(({ pointer, detail }) => `${pointer === '' ? 'The body' : pointer} ${detail}`);
  const more = errors.length > PLACES_TOLD ? `, and ${errors.length - PLACES_TOLD} more` : '';
  return new Problem(code, { detail: `${told.join('; ')}${more}${cure === undefined ? '' : `: ${cure}`}.`, errors });
}

function shortened(place: FieldError): FieldError {
  const { pointer, detail } = place;
  return pointer.length <= POINTER_LIMIT ? place : { pointer: `${pointer.slice(0, POINTER_LIMIT).toWellFormed()}...`, detail };
}

/** `seconds`: time after which the request may be repeated. */
export function tooMuchToDo(seconds: number, more: Readonly<Record<string, string>> = {}): Problem {
  const headers = { 'retry-after': String(seconds), ...more };
  return problem('overloaded', { detail: `More is being done than there is room for: try again in ${seconds} s.`, headers });
}

/** A refusal before anything was done; `seconds`: time after which the request may be repeated. */
export function tooMuchWaits(seconds: number): Problem {
  const detail = `More was asked for than can be finished soon: nothing was done, send the same request again in ${seconds} s.`;
  return problem('overloaded', { detail, headers: { 'retry-after': String(seconds) } });
}

export function stopping(): Problem {
  return problem('unavailable', { detail: 'This process is about to stop: try again in 1 s.', headers: { 'retry-after': '1' } });
}

/** The 422 problem of a single refused field, with one entry in `errors`. */
export function invalid(pointer: string, detail: string): Problem {
  return fieldsRefused('validation', [{ pointer, detail }]);
}

/** `instance` is the requested path without its query, which may hold data that must not be logged. */
export function problemAnswer({ code, details }: Problem, request: Request): StoredAnswer {
  const { status, title } = PROBLEM_TYPES[code];
  const document = {
    type: problemTypeUri(code),
    title,
    status,
    detail: details.detail,
    instance: pathOf(request.url),
    requestId: factsOf(request).requestId,
    errors: details.errors,
    ...details.extension,
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...details.headers };
  return { status, headers, body: JSON.stringify(document) };
}
