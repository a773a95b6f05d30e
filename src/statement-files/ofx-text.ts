import { StatementError } from './statement.ts';

/** The header lies within the first bytes of a file; only it is looked at to learn the encoding. */
const HEADER_BYTES = 2048;

/** Names that OFX headers use for what the WHATWG calls something else, or for nothing in particular. */
const ENCODING_NAMES: Record<string, string> = {
  '': 'windows-1252',
  NONE: 'windows-1252',
  USASCII: 'windows-1252',
  'US-ASCII': 'windows-1252',
  '1252': 'windows-1252',
  '8859-1': 'windows-1252',
  UNICODE: 'utf-8',
};

/**
 * Decodes the bytes of an OFX file.
 *
 * The file's own word is not enough: many banks declare USASCII or 1252 and send UTF-8. Text in a
 * single-byte encoding with letters beyond ASCII is practically never valid UTF-8 by chance, so valid UTF-8
 * is taken as such, and only otherwise the declared encoding counts.
 * @returns the text, without byte order mark.
 * @throws StatementError when the declared encoding is unknown, or the bytes are not in it.
 */
export function decodeOfxText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, 'utf-16be');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const declared = declaredEncoding(bytes);
    return decode(bytes, declared === 'utf-8' ? 'windows-1252' : declared);
  }
}

function decode(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new StatementError(`its text is not readable as ${encoding}`, { cause: error });
  }
}

/** Reads the encoding from an XML declaration, else from the OFX 1 header lines ENCODING and CHARSET. */
function declaredEncoding(bytes: Uint8Array): string {
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, HEADER_BYTES));
  const xml = /<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']/i.exec(header)?.[1];
  const encoding = /^[ \t]*ENCODING:\s*([\w-]*)/im.exec(header)?.[1] ?? '';
  const charset = /^[ \t]*CHARSET:\s*([\w-]*)/im.exec(header)?.[1] ?? '';
  const name = (xml ?? (/^(UTF-?8|UNICODE)$/i.test(encoding) ? encoding : charset)).toUpperCase();
  return (ENCODING_NAMES[name] ?? name).toLowerCase();
}

const NAMED_ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * Decodes character references. What is not one stays: banks send `AT&T` unescaped.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (reference, decimal: string | undefined, hexadecimal: string | undefined, name: string | undefined) => {
    if (name !== undefined) return NAMED_ENTITIES[name.toLowerCase()] ?? reference;
    const codePoint = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
    return codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff) ? String.fromCodePoint(codePoint) : reference;
  });
}
