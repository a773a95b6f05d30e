/** Prints a report for programs: JSON with two spaces of indentation. */
export function printJson(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

/** Prints one line for people. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a JSON array of any length, one element at a time. */
export class JsonArrayPrinter {
  #before = '[';

  /** Prints the next element. */
  add(element: unknown): void {
    process.stdout.write(`${this.#before}\n${JSON.stringify(element, null, 2).replace(/^/gm, '  ')}`);
    this.#before = ',';
  }

  /** Closes the array. */
  end(): void {
    process.stdout.write(this.#before === '[' ? '[]\n' : '\n]\n');
  }
}

/** Says how many there are of something: `1 account`, `2 accounts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
