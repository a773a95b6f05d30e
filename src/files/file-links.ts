import type { Config } from '../config.ts';
import type { Clock } from '../dates.ts';
import { deriveServerKeys } from '../security/keys.ts';
import { isSignedPath, signPath } from '../security/signed-urls.ts';
import { partsOf, type StoredName } from './stored-name.ts';

/** What a file is to its transaction; images are shown in pages, documents are only saved. */
export type FileKind = 'image' | 'document';

export const FILES_PATH = '/api/v1/files';

/**
 * Makes and checks the URLs of stored files. An `<img>` sends no Authorization header, so the URL itself is the
 * permission: signed, and void after a while.
 */
export class FileLinks {
  readonly #key: Buffer;
  readonly #lifetimeSeconds: number;
  readonly #clock: Clock;

  constructor(config: Pick<Config, 'secretKey' | 'fileUrlTtlSeconds'>, clock: Clock) {
    this.#key = deriveServerKeys(config.secretKey).fileUrl;
    this.#lifetimeSeconds = config.fileUrlTtlSeconds;
    this.#clock = clock;
  }

  /** The signed path and query of a file, for whoever may see its transaction. */
  signedPath(kind: FileKind, name: StoredName): string {
    const path = pathOf(kind, name);
    const { expires, signature } = signPath(this.#key, path, this.#clock.now(), this.#lifetimeSeconds);
    return `${path}?expires=${expires}&signature=${signature}`;
  }

  /** @returns for how many seconds from now this link is good; undefined when it is not */
  secondsLeft(kind: FileKind, name: StoredName, query: { expires: string; signature: string }): number | undefined {
    const now = this.#clock.now();
    if (!isSignedPath(this.#key, pathOf(kind, name), query.expires, query.signature, now)) return undefined;
    return Math.floor(Number(query.expires) - now.getTime() / 1000);
  }
}

/**
 * Says whether a URL that a client sent back is this file's, whenever and for whatever host it was signed, and below
 * whatever path of a proxy.
 */
export function isUrlOf(url: string, kind: FileKind, name: StoredName): boolean {
  return URL.parse(url.trim(), 'http://localhost')?.pathname.endsWith(pathOf(kind, name)) === true;
}

function pathOf(kind: FileKind, name: StoredName): string {
  const { id, fileName } = partsOf(name);
  return `${FILES_PATH}/${kind}/${id}/${encodeURIComponent(fileName)}`;
}
