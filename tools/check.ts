/**
 * `npm test`: type check, lint and tests at the same time, because none of them keeps two cores busy. The tests report as
 * they go; what the others say comes in one piece when each has ended. The exit code is 0 only when all of them passed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface Check {
  script: string;
  passed: boolean;
  seconds: number;
}

/** Runs a script of package.json to its end. @param shown whether it writes to this terminal itself */
async function run(script: string, shown: boolean): Promise<Check> {
  const start = performance.now();
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const check = { script, passed: child.exitCode === 0, seconds: Math.round((performance.now() - start) / 1_000) };
  if (!check.passed && !shown) process.stdout.write(`\n${describe(check)}\n${output}\n`);
  return check;
}

function describe({ script, passed, seconds }: Check): string {
  return `${passed ? '✓' : '✗'} ${script} (${seconds} s)`;
}

/** One after the other: beside the tests there is room for one. */
async function runStatic(): Promise<Check[]> {
  return [await run('typecheck', false), await run('lint', false)];
}

const checks = (await Promise.all([runStatic(), run('test:only', true).then((check) => [check])])).flat();
process.stdout.write(`\n${checks.map(describe).join('\n')}\n`);
process.exitCode = checks.every(({ passed }) => passed) ? 0 : 1;
