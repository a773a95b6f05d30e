import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { principalOf } from '../../auth/authenticate.ts';
import type { PageSource } from '../../db/page-source.ts';
import { AppError } from '../../errors.ts';
import { measuredText } from '../../measured-text.ts';
import type { Services } from '../services.ts';
import { absoluteUrl } from './urls.ts';

export const DEFAULT_PAGE_SIZE = 100;
export const MAXIMUM_PAGE_SIZE = 500;

const MAXIMUM_NUMBER_LENGTH = 20;

/** The parameters of every list. They are text: nonsense falls back or is 404, never 400. */
export const pageParameters = {
  page: measuredText(MAXIMUM_NUMBER_LENGTH).catch('0').optional().meta({ override: { type: 'integer' }, description: 'A page number within the paginated result set, or `last`.' }),
  page_size: measuredText(MAXIMUM_NUMBER_LENGTH)
    .catch('')
    .optional()
    .meta({ override: { type: 'integer' }, description: `Number of results to return per page, at most ${MAXIMUM_PAGE_SIZE}.` }),
};

/** The list envelope of one resource. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodObject<{ count: z.ZodNumber; next: z.ZodNullable<z.ZodString>; previous: z.ZodNullable<z.ZodString>; results: z.ZodArray<Item> }> {
  return z.object({
    count: z.int().meta({ examples: [123] }),
    next: z.string().meta({ format: 'uri' }).nullable(),
    previous: z.string().meta({ format: 'uri' }).nullable(),
    results: z.array(item),
  });
}

export interface Envelope<Item> {
  count: number;
  next: string | null;
  previous: string | null;
  results: Item[];
}

/** Who wants a page beyond so many rows walks over all of them. */
export const FAR_ROWS = 10_000;

/**
 * Answers one page of a list. Of pages that may take long a user gets a few at a time; the others wait for their turn.
 * @throws AppError `invalid_page` for a page beyond the end, 0, or no number; `unavailable` when too many of the user's
 *   pages wait already, or for too long
 */
export async function paginate<Item>(
  request: FastifyRequest,
  query: { page?: string | undefined; page_size?: string | undefined },
  source: PageSource<Item>,
  { db, config }: Pick<Services, 'db' | 'config'>,
): Promise<Envelope<Item>> {
  const size = pageSizeOf(query.page_size);
  const page = query.page === 'last' ? 'last' : pageNumberOf(query.page);
  const isFar = page !== 'last' && page * size > FAR_ROWS;
  const read = (): Promise<Page<Item>> => readPage(source, page, size);
  const isHeavy = source.weight === 'heavy' || (isFar && source.weight !== 'light');
  const { number, count, results } = await (isHeavy ? db.heavyReads.run(String(principalOf(request).userId), read) : read());
  return {
    count,
    next: number * size < count ? pageUrl(request, config.publicUrl, number + 1) : null,
    previous: number > 1 ? pageUrl(request, config.publicUrl, number - 1) : null,
    results,
  };
}

interface Page<Item> {
  number: number;
  count: number;
  results: Item[];
}

/**
 * The first page is always there, so that its rows need not wait for the count. Any other is read only if it exists, and
 * what may take long not on two connections at once.
 */
async function readPage<Item>(source: PageSource<Item>, page: number | 'last', size: number): Promise<Page<Item>> {
  if (page === 1 && source.weight !== 'heavy') {
    const [count, results] = await Promise.all([source.count(), source.rows(size, 0)]);
    return { number: page, count, results };
  }
  const count = await source.count();
  const pages = Math.max(1, Math.ceil(count / size));
  if (page === 'last') return { number: pages, count, results: await source.lastRows(count - (pages - 1) * size, count) };
  if (page > pages) throw new AppError('invalid_page');
  return { number: page, count, results: await source.rows(size, (page - 1) * size, count) };
}

function pageSizeOf(sent: string | undefined): number {
  if (sent === undefined || !/^\d{1,9}$/.test(sent.trim())) return DEFAULT_PAGE_SIZE;
  const size = Number(sent);
  return size === 0 ? DEFAULT_PAGE_SIZE : Math.min(size, MAXIMUM_PAGE_SIZE);
}

function pageNumberOf(sent: string | undefined): number {
  if (sent === undefined || sent === '') return 1;
  if (!/^\d{1,9}$/.test(sent) || Number(sent) === 0) throw new AppError('invalid_page');
  return Number(sent);
}

/** This request's URL with another page. */
function pageUrl(request: FastifyRequest, baseUrl: string | undefined, page: number): string {
  const { url } = request;
  const pathEnd = url.includes('?') ? url.indexOf('?') : url.length;
  const parameters = new URLSearchParams(url.slice(pathEnd));
  if (page === 1) parameters.delete('page');
  else parameters.set('page', String(page));
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`;
  return absoluteUrl(request, baseUrl, url.slice(0, pathEnd) + query);
}
