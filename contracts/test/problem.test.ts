import { expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { Problem, PROBLEM_TYPES, type ProblemCode, problemTypeUri } from '../src/problem.ts';
import { EURO_20 } from './examples.ts';

const CODES = Object.keys(PROBLEM_TYPES).filter((key): key is ProblemCode => Object.hasOwn(PROBLEM_TYPES, key));

test('every code makes a problem document with an error status and a title of its own', () => {
  for (const code of CODES) {
    const problem = { type: problemTypeUri(code), ...PROBLEM_TYPES[code], detail: 'Ask again.', requestId: 'r-1' };
    expect(Value.Check(Problem, problem)).toBe(true);
    expect([{ ...problem, detail: '' }, { ...problem, detail: undefined }].some((other) => Value.Check(Problem, other))).toBe(false);
  }
  expect(new Set(CODES.map((code) => PROBLEM_TYPES[code].title)).size).toBe(CODES.length);
});

test('the URI of a code is fixed', () => {
  expect(problemTypeUri('sku-unknown')).toBe('urn:souk:problem:sku-unknown');
});

test('statuses stay as they were published', () => {
  const statuses = Object.fromEntries(CODES.map((code) => [code, PROBLEM_TYPES[code].status]));
  expect(statuses).toMatchObject({
    'malformed-json': 400,
    unauthenticated: 401,
    forbidden: 403,
    'not-found': 404,
    'method-not-allowed': 405,
    'total-changed': 409,
    'precondition-failed': 412,
    'payload-too-large': 413,
    'unsupported-media-type': 415,
    validation: 422,
    'idempotency-key-reused': 422,
    'precondition-required': 428,
    'too-many-requests': 429,
    overloaded: 503,
  });
});

test('a problem carries field errors and, when the total changed, the new one', () => {
  const problem = { type: problemTypeUri('total-changed'), ...PROBLEM_TYPES['total-changed'], detail: 'It costs 20.', requestId: 'r-1' };
  expect(Value.Check(Problem, { ...problem, total: EURO_20 })).toBe(true);
  expect(Value.Check(Problem, { ...problem, total: 1999 })).toBe(false);
  expect(Value.Check(Problem, { ...problem, errors: [{ pointer: '/items/0/sku', detail: 'is unknown' }] })).toBe(true);
  expect(Value.Check(Problem, { ...problem, errors: ['sku'] })).toBe(false);
});
