/** Where one page's rows come from: a count that is exact, and the rows in a total order. */
export interface PageSource<Item> {
  count: () => Promise<number>;
  /** @param count how many there are, where that is known before */
  rows: (limit: number, offset: number, count?: number) => Promise<Item[]>;
  /** The list's last rows, in its order too. */
  lastRows: (limit: number, count: number) => Promise<Item[]>;
  /** `heavy`: each page may take long, as a search does; `light`: none does. Without it only pages far from both ends are heavy. */
  weight?: 'heavy' | 'light';
}

/**
 * Builds the ORDER BY of a list.
 * @param sent the `ordering` parameter: comma-separated, `-` for descending; unknown fields are ignored
 * @param columns what a client may order by → SQL expression
 * @param fallback the default order, and `tieBreaker` what makes every order total
 */
export function orderBy(sent: string | undefined, columns: Readonly<Record<string, string>>, fallback: string, tieBreaker: string): string {
  const terms = new Map<string, string>();
  for (const term of (sent ?? '').split(',').slice(0, 10)) {
    const descending = term.trim().startsWith('-');
    const field = term.trim().replace(/^-/, '');
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (column !== undefined && !terms.has(column)) terms.set(column, descending ? `${column} DESC` : column);
  }
  if (terms.size === 0) return fallback;
  const last = [...terms.values()].at(-1) ?? '';
  return `${[...terms.values()].join(', ')}, ${tieBreaker}${last.endsWith(' DESC') ? ' DESC' : ''}`;
}

/**
 * Reads a list from both of its ends: its last rows are the first ones of the reverse order, so that nobody walks over what
 * is before them.
 * @param order an ORDER BY as `orderBy` makes it, of columns that are never null
 * @param read runs the list's query in that order, or in its reverse
 */
export function rowsFromBothEnds<Item>(
  order: string,
  read: (order: string, limit: number, offset: number, count?: number) => Promise<Item[]>,
): Pick<PageSource<Item>, 'rows' | 'lastRows'> {
  return {
    rows: (limit, offset, count) => read(order, limit, offset, count),
    lastRows: async (limit, count) => (await read(reverseOrder(order), limit, 0, count)).reverse(),
  };
}

function reverseOrder(order: string): string {
  return order
    .split(', ')
    .map((term) => (term.endsWith(' DESC') ? term.slice(0, -' DESC'.length) : `${term} DESC`))
    .join(', ');
}
