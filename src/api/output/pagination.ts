import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { PageSource } from '../../db/page-source.ts';
import { AppError } from '../../errors.ts';
import { measuredText } from '../../measured-text.ts';
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

/**
 * Answers one page of a list.
 * @throws AppError `invalid_page` for a page beyond the end, 0, or no number
 */
export async function paginate<Item>(
  request: FastifyRequest,
  query: { page?: string | undefined; page_size?: string | undefined },
  source: PageSource<Item>,
  baseUrl: string | undefined,
): Promise<Envelope<Item>> {
  const size = pageSizeOf(query.page_size);
  let number: number;
  let count: number;
  let results: Item[];
  if (query.page === 'last') {
    count = await source.count();
    number = Math.max(1, Math.ceil(count / size));
    results = await source.lastRows(count - (number - 1) * size);
  } else {
    number = pageNumberOf(query.page);
    [count, results] = await Promise.all([source.count(), source.rows(size, (number - 1) * size)]);
    if (number > Math.max(1, Math.ceil(count / size))) throw new AppError('invalid_page');
  }
  return {
    count,
    next: number * size < count ? pageUrl(request, baseUrl, number + 1) : null,
    previous: number > 1 ? pageUrl(request, baseUrl, number - 1) : null,
    results,
  };
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
