/**
 * Runs a program of ours and says what it took: `memory` (bytes at most) and `cpu` (microseconds), as JSON in the last line on
 * stderr. A process of its own, because the kernel counts a parent's memory at the start as its child's: a test's is larger than
 * what is measured.
 */
const child = Bun.spawn([process.execPath, ...process.argv.slice(2)], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' });
const code = await child.exited;
const { maxRSS, cpuTime } = child.resourceUsage() ?? {};
process.stderr.write(`${JSON.stringify({ memory: maxRSS, cpu: Number(cpuTime?.total) })}\n`);
process.exit(code);
