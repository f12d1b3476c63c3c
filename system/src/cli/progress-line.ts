const EVERY_MS = { terminal: 200, file: 5000 };

/**
 * Reports a long command's progress on standard error: one changing line on a terminal, a line every 5 s elsewhere. Elsewhere a
 * command that ends sooner prints nothing.
 */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  everyMs = stream.isTTY ? EVERY_MS.terminal : EVERY_MS.file,
): { tell(what: string): void; end(): void } {
  let toldAt = performance.now();
  let isOpen = false;
  return {
    tell(what) {
      if (performance.now() - toldAt < everyMs) return;
      toldAt = performance.now();
      isOpen = stream.isTTY;
      stream.write(stream.isTTY ? `\r\u001B[K${what}` : `${what}\n`);
    },
    end: () => void (isOpen && stream.write('\r\u001B[K')),
  };
}
