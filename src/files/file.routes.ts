import fastifyStatic from '@fastify/static';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import type { Services } from '../api/services.ts';
import { measuredText } from '../measured-text.ts';
import { FILES_PATH, type FileKind, type FileLinks } from './file-links.ts';
import { uploadsFolder } from '../uploads.ts';
import { imageContentType } from './image-format.ts';

const MAXIMUM_NAME_LENGTH = 255;
const MAXIMUM_SIGNATURE_LENGTH = 100;
const signaturePart = measuredText(MAXIMUM_SIGNATURE_LENGTH).catch('');

const parameters = z.object({ id: z.guid(), name: measuredText(MAXIMUM_NAME_LENGTH) });
const signature = z.object({ expires: signaturePart, signature: signaturePart });

/**
 * Stored files, by signed URL and without a token. A link that is forged, changed or has expired is 404, like a file
 * that does not exist: who cannot have it learns nothing about it.
 */
export async function fileRoutes(instance: FastifyInstance, { config }: Services, links: FileLinks): Promise<void> {
  const root = uploadsFolder(config.dataDirectory);
  await instance.register(async (scope) => {
    await scope.register(fastifyStatic, { serve: false });
    const app = scope.withTypeProvider<ZodTypeProvider>();
    for (const kind of ['image', 'document'] as const) {
      app.get(`${FILES_PATH}/${kind}/:id/:name`, { schema: { hide: true, params: parameters, querystring: signature } }, async (request, reply) => {
        const { id, name } = request.params;
        const secondsLeft = links.secondsLeft(kind, `${id}/${name}`, request.query);
        if (secondsLeft === undefined) throw new AppError('not_found');
        reply.headers(headersOf(kind, name));
        // The content under one URL never changes; beyond the link's life nobody may keep it.
        reply.header('cache-control', `private, max-age=${secondsLeft}, immutable`);
        // On disk a file is just its id; its type is what its content said when it was stored.
        return reply.sendFile(id, root, { contentType: false, cacheControl: false });
      });
    }
  });
}

/**
 * What a browser may do with a file: show an image, in pages of other origins too (the SPA may live on one), save
 * anything else, and run nothing in either.
 */
function headersOf(kind: FileKind, name: string): Record<string, string> {
  const imageType = kind === 'image' ? imageContentType(name) : undefined;
  return {
    'content-type': imageType ?? 'application/octet-stream',
    'content-disposition': contentDisposition(name, { type: imageType === undefined ? 'attachment' : 'inline' }),
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  };
}
