/** A kind of picture that transactions may carry, known by its content and never by its name. */
export interface ImageFormat {
  extension: string;
  contentType: string;
}

const PNG = { extension: 'png', contentType: 'image/png' };
const JPEG = { extension: 'jpg', contentType: 'image/jpeg' };
const GIF = { extension: 'gif', contentType: 'image/gif' };
const WEBP = { extension: 'webp', contentType: 'image/webp' };
const HEIC = { extension: 'heic', contentType: 'image/heic' };
const FORMATS: readonly ImageFormat[] = [PNG, JPEG, GIF, WEBP, HEIC];

/** As much of a file's beginning as `imageFormatOf` looks at. */
export const SNIFFED_BYTES = 256;

/** Brands of ISO/IEC 23008-12 files whose pictures are coded as HEVC. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);

/**
 * Tells what a file is by its magic bytes. The package `file-type` would read on, through a PNG's chunks and into archives: of
 * a file that a stranger sent, the head has to be enough.
 * @param head the file's first SNIFFED_BYTES, or all of it where it is shorter
 * @returns undefined for anything that is not PNG, JPEG, GIF, WebP or HEIC
 */
export function imageFormatOf(head: Buffer): ImageFormat | undefined {
  const text = head.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return PNG;
  if (text.startsWith('\xff\xd8\xff')) return JPEG;
  if (/^GIF8[79]a/.test(text)) return GIF;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return WEBP;
  return isHeic(head, text) ? HEIC : undefined;
}

/** The first box is `ftyp`: its size, its name, the major brand, a version, then the compatible brands. */
function isHeic(head: Buffer, text: string): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false;
  const end = Math.min(head.readUInt32BE(0), text.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  return brands.some((brand) => HEIC_BRANDS.has(brand));
}

/** The Content-Type of a stored image, whose extension comes from its content. */
export function imageContentType(fileName: string): string | undefined {
  return FORMATS.find(({ extension }) => fileName.endsWith(`.${extension}`))?.contentType;
}
