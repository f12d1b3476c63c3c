/** Kills the watched processes when this process ends in any way; start them with `detached`. */
export interface OrphanGuard {
  watch(pid: number): void;
  forget(pid: number): void;
}

/** Reads `+pid` and `-pid` lines; at the end of its input it kills every added pid that was not removed. */
const SCRIPT = `trap '' INT TERM HUP; pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in +*) pids="$pids$pid " ;; -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac
done
for pid in $pids; do kill -CONT "$pid"; kill -KILL "$pid"; done 2>/dev/null`;

let shared: OrphanGuard | undefined;

export function orphanGuard(): OrphanGuard {
  return (shared ??= startGuard());
}

function startGuard(): OrphanGuard {
  const guard = Bun.spawn(['sh', '-c', SCRIPT], { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore', detached: true });
  // The guard ends with this process, and must not keep it alive.
  guard.unref();
  const tell = (line: string): void => {
    void guard.stdin.write(`${line}\n`);
    void guard.stdin.flush();
  };
  return { watch: (pid) => tell(`+${pid}`), forget: (pid) => tell(`-${pid}`) };
}
