import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ParseError, ValidationError } from 'elysia';
import type { Logger } from 'pino';
import { OverloadedError, WriterClosedError } from '../writer/errors.ts';
import { Problem, problem } from './problem.ts';
import type { RouteSchemas } from './route-schemas.ts';
import { pathOf } from './request-log.ts';
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

/** Turns whatever was thrown on the way into the problem to answer with. What nobody expected is logged and says nothing. */
export function refusals({ logger, schemasOf, methodsFor }: RefusalOptions): (failure: Failure) => Problem {
  function unexpected({ error, requestId, route }: Failure): Problem {
    logger.error({ err: error, requestId, route }, 'request failed');
    return problem('internal');
  }

  function invalidInput(error: ValidationError, failure: Failure): Problem {
    const schema = (error.validator as { schema: TSchema }).schema;
    const checked = { schema, value: error.value };
    const unchecked = { schema: undefined, value: undefined };
    if (error.type === 'body') return validationProblem(checked, unchecked) ?? unexpected(failure);
    if (error.type === 'query') return validationProblem(unchecked, checked) ?? unexpected(failure);
    if (error.type === 'params') return invalidBesidesPath(failure) ?? problem('not-found');
    return brokenAnswer(error, schema, failure);
  }

  /** The path is checked first, but a wrong body or query outranks a malformed id. */
  function invalidBesidesPath({ request, route, body, query }: Failure): Problem | undefined {
    const schemas = schemasOf(request.method, route);
    const bodyIsAbsent = body === undefined || body === null;
    return validationProblem(
      bodyIsAbsent && isOptional(schemas.body) ? { schema: undefined, value: body } : { schema: schemas.body, value: body },
      { schema: schemas.query, value: schemas.query && Value.Convert(schemas.query, Value.Clone(query)) },
    );
  }

  /** Only the places are logged: ValidationError's own message holds the whole answer. */
  function brokenAnswer({ value, type }: ValidationError, schema: TSchema, { requestId, route }: Failure): Problem {
    const places = [...Value.Errors(schema, value)].slice(0, 10).map(({ path, message }) => `${path}: ${message}`);
    logger.error({ requestId, route, places }, `${type} breaks its contract`);
    return problem('internal');
  }

  function nothingThere({ request }: Failure): Problem {
    const methods = methodsFor(pathOf(request.url));
    if (methods.length === 0) return problem('not-found');
    const allow = methods.join(', ');
    return problem('method-not-allowed', { detail: `Allowed: ${allow}.`, headers: { allow } });
  }

  return (failure) => {
    const { error, code } = failure;
    const cause = error instanceof ParseError ? error.cause : error;
    if (cause instanceof Problem) return cause;
    if (code === 'NOT_FOUND') return nothingThere(failure);
    if (cause instanceof ValidationError) return invalidInput(cause, failure);
    if (cause instanceof OverloadedError) {
      return problem('overloaded', { headers: { 'retry-after': String(cause.retryAfterSeconds) } });
    }
    if (cause instanceof WriterClosedError) return problem('unavailable', { headers: { 'retry-after': '1' } });
    return unexpected({ ...failure, error: cause });
  };
}

function isOptional(schema: TSchema | undefined): boolean {
  return schema !== undefined && Object.getOwnPropertySymbols(schema).some((symbol) => symbol.description === 'TypeBox.Optional');
}
