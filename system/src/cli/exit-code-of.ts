import { EnvironmentError, EXIT, UsageError } from './errors.ts';

/** Runs a command and returns its exit code. Errors that the user can fix are printed to standard error in a few lines; others are thrown. */
export async function exitCodeOf(main: () => Promise<number>, help: string): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof EnvironmentError) return told(EXIT.environment, `${error.message}\n${error.cure}\n`);
    if (error instanceof UsageError) return told(EXIT.usage, `${error.message}\n\n${help}`);
    throw error;
  }
}

function told(code: number, text: string): number {
  process.stderr.write(text);
  return code;
}
