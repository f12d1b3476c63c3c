import { TypeGuard } from '@sinclair/typebox';
import { TransformDecodeCheckError } from '@sinclair/typebox/value';
import type { FieldError } from '@souk/contracts/problem';
import { ParseError, ValidationError } from 'elysia';
import type { Logger } from 'pino';
import type { RouteSchemas } from '../app/declared-routes.ts';
import { pathOf, requestFields } from '../app/request-facts.ts';
import { validationProblem, wrongInPath } from './field-errors.ts';
import { EventTooLargeError, OverloadedError, WriterClosedError } from '../../input-errors.ts';
import { fieldsRefused, Problem, problem, stopping, tooMuchToDo } from './problem.ts';
import { StorageError } from '../../storage-error.ts';
import { faultSource, reportTo } from '../../telemetry/report.ts';

interface RefusalOptions {
  readonly logger: Logger;
  readonly schemasOf: (method: string, route: string) => RouteSchemas;
  readonly methodsFor: (path: string) => readonly string[];
}

interface Failure {
  readonly error: unknown;
  readonly code: string | number;
  readonly request: Request;
  readonly requestId: string;
  readonly route: string;
  readonly body: unknown;
  readonly query: unknown;
  readonly params: unknown;
  /** Faults that no schema finds. */
  readonly faults: readonly FieldError[];
}

/** Other services learn of a change by its event, which carries everything that was changed. */
function tooLarge({ size, limit }: EventTooLargeError): Problem {
  const detail = `The event that tells of this change would have ${size} bytes, and at most ${limit} can be sent. Make it smaller.`;
  return problem('event-too-large', { detail, extension: { limit, size } });
}

const NOTHING = { schema: undefined, value: undefined };

/** An unforeseen error: the log has all of it under the request's id. */
export function defect({ requestId }: { readonly requestId: string }): Problem {
  return problem('internal', { detail: `The fault is ours, not the request's: try again, and if it fails again, tell us its id, ${requestId}.` });
}

/** Turns any thrown error into the problem to answer with. An unexpected error is logged, and its problem gives no details. */
export function refusals({ logger, schemasOf, methodsFor }: RefusalOptions): (failure: Failure) => Problem {
  const requests = faultSource(reportTo(logger), 'requests');

  function unexpected({ error, requestId, request }: Failure): Problem {
    logger.error({ ...requestFields(request), err: error }, 'request failed');
    return defect({ requestId });
  }

  function invalidInput({ type, value, all }: ValidationError, failure: Failure): Problem {
    if (failure.faults.length > 0 && type !== 'response') return fieldsRefused('validation', failure.faults);
    const { body, query } = schemasOf(failure.request.method, failure.route);
    if (type === 'body') return validationProblem({ schema: body, value }, NOTHING) ?? unexpected(failure);
    if (type === 'query') return validationProblem(NOTHING, { schema: query, value }) ?? unexpected(failure);
    if (type === 'params') return invalidBesidesPath(failure) ?? malformedPath(failure);
    return brokenAnswer(all, failure);
  }

  function malformedPath({ request, route, params }: Failure): Problem {
    return problem('not-found', { detail: `${wrongInPath(schemasOf(request.method, route).params, params)}, so it names nothing here.` });
  }

  /** The path is checked first, but a wrong body or query outranks a malformed id. */
  function invalidBesidesPath({ request, route, body, query }: Failure): Problem | undefined {
    const schemas = schemasOf(request.method, route);
    const isLeftOut = body === undefined && schemas.body !== undefined && TypeGuard.IsOptional(schemas.body);
    return validationProblem(isLeftOut ? NOTHING : { schema: schemas.body, value: body }, {
      schema: schemas.query,
      value: query,
    });
  }

  /** Only the places are logged: the error's own message holds the whole answer. */
  function brokenAnswer(errors: ValidationError['all'], { requestId, request }: Failure): Problem {
    const places = errors.slice(0, 10).map((error) => ('path' in error ? `${error.path}: ${error.message}` : ''));
    logger.error({ ...requestFields(request), places }, 'the answer breaks its contract');
    return defect({ requestId });
  }

  function nothingThere({ request }: Failure): Problem {
    const methods = methodsFor(pathOf(request.url));
    if (methods.length === 0) {
      return problem('not-found', { detail: 'No route of this service has this path: GET /openapi.json names them all.' });
    }
    const allow = methods.join(', ');
    return problem('method-not-allowed', { detail: `This path takes ${allow}.`, headers: { allow } });
  }

  function databaseAway(error: StorageError, { request }: Failure): Problem {
    requests.failed(error, 'the database did not answer', requestFields(request));
    return problem('unavailable', { detail: 'Something that this request needs does not answer: try again in 1 s.', headers: { 'retry-after': '1' } });
  }

  return (failure) => {
    const { error, code } = failure;
    const cause = error instanceof ParseError ? error.cause : error;
    if (cause instanceof Problem) return cause;
    if (code === 'NOT_FOUND') return nothingThere(failure);
    if (cause instanceof ValidationError) return invalidInput(cause, failure);
    if (cause instanceof TransformDecodeCheckError) return invalidBesidesPath(failure) ?? unexpected(failure);
    if (cause instanceof OverloadedError) return tooMuchToDo(cause.retryAfterSeconds);
    if (cause instanceof WriterClosedError) return stopping();
    if (cause instanceof EventTooLargeError) return tooLarge(cause);
    if (cause instanceof StorageError && cause.isInfrastructure) return databaseAway(cause, failure);
    return unexpected({ ...failure, error: cause });
  };
}
