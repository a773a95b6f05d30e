/** What repeats of one measurement found. */
export interface Spread {
  median: number;
  least: number;
  greatest: number;
}

/** The median of some numbers, and how far they spread. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((left, right) => left - right);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { median, least: sorted[0] ?? Number.NaN, greatest: sorted.at(-1) ?? Number.NaN };
}
