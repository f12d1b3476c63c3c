const LIMIT_MS = 2000;

/**
 * What a container's health check runs: asks the service on this host whether it is ready. Answers the exit code, 0 or 1.
 * It reads nothing but PORT, and imports nothing, so that it costs as little as it can.
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
