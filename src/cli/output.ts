/** Prints a report for programs: JSON with two spaces of indentation. */
export function printJson(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

/** Prints one line for people. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
