import type { FieldError, ProblemExtension } from '@souk/contracts/problem';
import { PROBLEM_TYPES, type ProblemCode, problemTypeUri } from '@souk/contracts/problem-types';
import type { StoredAnswer } from '../writer/kept-answer.ts';
import { factsOf } from './request-facts.ts';
import { pathOf } from './request-path.ts';

interface ProblemDetails {
  /** One sentence for a human; never names internals. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

type NeedsExtension<C extends ProblemCode> = Partial<ProblemExtension<C>> extends ProblemExtension<C> ? false : true;

/** What may, and for codes with members of their own must, be said with a problem. */
export type ProblemOptions<C extends ProblemCode> = ProblemDetails &
  (NeedsExtension<C> extends true
    ? { readonly extension: ProblemExtension<C> }
    : { readonly extension?: ProblemExtension<C> });

/** A refusal on its way out: thrown by routes and hooks, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails & { readonly extension?: object } = {},
  ) {
    super(details.detail ?? PROBLEM_TYPES[code].title);
    this.name = 'Problem';
    this.status = PROBLEM_TYPES[code].status;
  }
}

export function problem<C extends ProblemCode>(
  code: C,
  ...[options]: NeedsExtension<C> extends true ? [ProblemOptions<C>] : [ProblemOptions<C>?]
): Problem {
  return new Problem(code, options);
}

/** A refused field as a problem of its own: 422 with one entry in `errors`. */
export function invalid(pointer: string, detail: string): Problem {
  return new Problem('validation', { errors: [{ pointer, detail }] });
}

/** `instance` is the path that was asked for, without its query: that may hold what nobody should log. */
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
