import type { FastifyRequest } from 'fastify';

import type { Row } from './postgres.ts';

const PAGE_SIZE = 100;

/** Parameters of a list. */
export type Query = Partial<Record<string, string>>;

/** The two reads that a list consists of. */
export interface ListReads {
  /** One row with a `count`. */
  count: () => Promise<Row[]>;
  rows: (limit: number, offset: number) => Promise<Row[]>;
}

/** Answers the first page, both reads at once, or the last one, which the count has to be known for. */
export async function listAnswer(request: FastifyRequest<{ Querystring: Query }>, reads: ListReads, json: (row: Row) => object): Promise<object> {
  const size = Number(request.query['page_size'] ?? PAGE_SIZE);
  const counted = async (): Promise<number> => Number((await reads.count())[0]?.['count']);
  let count: number;
  let rows: Row[];
  let page = 1;
  if (request.query['page'] === 'last') {
    count = await counted();
    page = Math.max(1, Math.ceil(count / size));
    rows = await reads.rows(size, (page - 1) * size);
  } else {
    [count, rows] = await Promise.all([counted(), reads.rows(size, 0)]);
  }
  return {
    count,
    next: page * size < count ? pageUrl(request, page + 1) : null,
    previous: page > 1 ? pageUrl(request, page - 1) : null,
    results: rows.map(json),
  };
}

function pageUrl(request: FastifyRequest, page: number): string {
  const [path = '', query] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  if (page === 1) parameters.delete('page');
  else parameters.set('page', String(page));
  return `${request.protocol}://${request.host}${path}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`;
}
