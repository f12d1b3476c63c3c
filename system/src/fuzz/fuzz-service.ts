import { spawn } from 'bun';

interface FuzzRun {
  readonly program: string;
  readonly url: string;
  readonly token: string;
  /** Per operation. */
  readonly examples: number;
  /** Longer than that is a failure. */
  readonly limitS: number;
  /** The same one finds the same things. */
  readonly seed: number;
}

/** No 5xx, no status, media type or body that the document does not know. */
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];
/** A stream lasts as long as its order; ending all sessions, or the account, would make the rest a test of 401. */
const LEFT_OUT = ['^/orders/\\{id\\}/stream$'];
const ENDS_SESSIONS = '^(DELETE /sessions|DELETE /users/me|PUT /users/me/password)$';
/** Shows what is found with a curl to see it again; answers whether nothing was. */
export async function fuzzService({ program, url, token, examples, limitS, seed }: FuzzRun): Promise<boolean> {
  const words = [
    program, 'run', `${url}/openapi.json`, '--url', url, '--header', `Authorization: Bearer ${token}`,
    '--checks', CHECKS.join(','), '--max-examples', String(examples), '--seed', String(seed),
    '--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--request-timeout', '10', '--suppress-health-check', 'all',
    '--generation-database', 'none', '--warnings', 'off', '--no-color',
    ...LEFT_OUT.flatMap((path) => ['--exclude-path-regex', path]),
    '--exclude-name-regex', ENDS_SESSIONS,
  ];
  const child = spawn(words, { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit', timeout: limitS * 1000, killSignal: 'SIGKILL' });
  return (await child.exited) === 0;
}
