import { TransformDecodeCheckError } from '@sinclair/typebox/value';
import { TypeGuard } from '@sinclair/typebox';
import { ParseError, ValidationError } from 'elysia';
import type { Logger } from 'pino';
import { StorageError } from '../storage-error.ts';
import { OverloadedError, WriterClosedError } from '../writer/errors.ts';
import { Problem, problem } from './problem.ts';
import type { RouteSchemas } from './route-schemas.ts';
import { pathOf } from './request-path.ts';
import { validationProblem } from './validation-problem.ts';

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
}

const NOTHING = { schema: undefined, value: undefined };

/** Turns whatever was thrown on the way into the problem to answer with. What nobody expected is logged and says nothing. */
export function refusals({ logger, schemasOf, methodsFor }: RefusalOptions): (failure: Failure) => Problem {
  function unexpected({ error, requestId, route }: Failure): Problem {
    logger.error({ err: error, requestId, route }, 'request failed');
    return problem('internal');
  }

  function invalidInput({ type, value, all }: ValidationError, failure: Failure): Problem {
    const { body, query } = schemasOf(failure.request.method, failure.route);
    if (type === 'body') return validationProblem({ schema: body, value }, NOTHING) ?? unexpected(failure);
    if (type === 'query') return validationProblem(NOTHING, { schema: query, value }) ?? unexpected(failure);
    if (type === 'params') return invalidBesidesPath(failure) ?? problem('not-found');
    return brokenAnswer(all, failure);
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
  function brokenAnswer(errors: ValidationError['all'], { requestId, route }: Failure): Problem {
    const places = errors.slice(0, 10).map((error) => ('path' in error ? `${error.path}: ${error.message}` : ''));
    logger.error({ requestId, route, places }, 'the answer breaks its contract');
    return problem('internal');
  }

  function nothingThere({ request }: Failure): Problem {
    const methods = methodsFor(pathOf(request.url));
    if (methods.length === 0) return problem('not-found');
    const allow = methods.join(', ');
    return problem('method-not-allowed', { detail: `Allowed: ${allow}.`, headers: { allow } });
  }

  function databaseAway(error: StorageError, { requestId, route }: Failure): Problem {
    logger.warn({ err: error, requestId, route }, 'the database did not answer');
    return problem('unavailable', { headers: { 'retry-after': '1' } });
  }

  return (failure) => {
    const { error, code } = failure;
    const cause = error instanceof ParseError ? error.cause : error;
    if (cause instanceof Problem) return cause;
    if (code === 'NOT_FOUND') return nothingThere(failure);
    if (cause instanceof ValidationError) return invalidInput(cause, failure);
    if (cause instanceof TransformDecodeCheckError) return invalidBesidesPath(failure) ?? unexpected(failure);
    if (cause instanceof OverloadedError) {
      return problem('overloaded', { headers: { 'retry-after': String(cause.retryAfterSeconds) } });
    }
    if (cause instanceof WriterClosedError) return problem('unavailable', { headers: { 'retry-after': '1' } });
    if (cause instanceof StorageError && cause.isInfrastructure) return databaseAway(cause, failure);
    return unexpected({ ...failure, error: cause });
  };
}
