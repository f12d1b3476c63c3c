const LIMIT_MS = 2000;

/**
 * A container's health check: asks the service on this host whether it is ready. Returns the exit code, 0 or 1. It reads only
 * PORT and imports nothing, so that it costs as little as possible.
 */
export async function askHealth(defaultPort: number): Promise<number> {
  const port = process.env.PORT?.trim() || String(defaultPort);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const answer = await response.text();
    if (response.ok) return 0;
    process.stderr.write(`${answer}\n`);
  } catch (error) {
    process.stderr.write(`port ${port}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return 1;
}
