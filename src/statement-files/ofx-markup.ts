import { decodeEntities } from './ofx-text.ts';
import { StatementError } from './statement.ts';

/** OFX nests about ten levels deep; more is no bank file. */
const MAXIMUM_DEPTH = 32;

/** Read as a value, one of these would silently lose what is in it; unclosed, the file is cut off or damaged. */
const AGGREGATES: ReadonlySet<string> = new Set([
  'OFX', 'BANKMSGSRSV1', 'CREDITCARDMSGSRSV1', 'STMTTRNRS', 'CCSTMTTRNRS', 'STMTRS', 'CCSTMTRS',
  'BANKACCTFROM', 'CCACCTFROM', 'BANKTRANLIST', 'STMTTRN', 'LEDGERBAL', 'AVAILBAL',
]);

/** A piece of markup: an opening or closing tag, or decoded text. */
type Token =
  | { kind: 'open'; name: string; selfClosing: boolean; closed: boolean }
  | { kind: 'close'; name: string; matched: boolean }
  | { kind: 'text'; text: string };

/**
 * Turns the body of an OFX file, SGML or XML, into plain well-formed XML that any parser reads alike:
 * every element closed, names in capitals, no attributes, comments or CDATA, text escaped.
 *
 * In OFX's SGML an aggregate is always closed and a value need not be (OFX 1.6, section 2.4.1), so an
 * element without a closing tag is a value that ends where the next tag begins. That holds for empty
 * values too. Time is linear in the length of the text, whatever it holds.
 * @param body the text from `<OFX>` on.
 * @throws StatementError when an aggregate is not closed, or elements are nested too deeply.
 */
export function normalizeOfxMarkup(body: string): string {
  const tokens = [...tokenize(body)];
  matchTags(tokens);
  return writeXml(tokens);
}

/** Cuts markup into tokens. A `<` that begins no tag is text. */
function* tokenize(body: string): Generator<Token> {
  const markup = /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<(\/?)([A-Za-z][\w.:-]*)([\s/][^<>]*)?>|<[?!][^<>]*>/g;
  let textStart = 0;
  for (const match of body.matchAll(markup)) {
    yield* textTokens(decodeEntities(body.slice(textStart, match.index)));
    textStart = match.index + match[0].length;
    const [, characterData, slash, name, rest = ''] = match;
    if (characterData !== undefined) yield* textTokens(characterData);
    else if (name !== undefined) {
      yield slash === '/'
        ? { kind: 'close', name: name.toUpperCase(), matched: false }
        : { kind: 'open', name: name.toUpperCase(), selfClosing: rest.endsWith('/'), closed: false };
    }
  }
  yield* textTokens(decodeEntities(body.slice(textStart)));
}

/** White space alone only lays the file out. */
function* textTokens(text: string): Generator<Token> {
  if (text.trim() !== '') yield { kind: 'text', text };
}

/** Finds for every closing tag the nearest opening one of its name, and marks both. */
function matchTags(tokens: Token[]): void {
  const open: Extract<Token, { kind: 'open' }>[] = [];
  const openCounts = new Map<string, number>();
  for (const token of tokens) {
    if (token.kind === 'open' && !token.selfClosing) {
      open.push(token);
      openCounts.set(token.name, (openCounts.get(token.name) ?? 0) + 1);
    } else if (token.kind === 'close' && (openCounts.get(token.name) ?? 0) > 0) {
      token.matched = true;
      for (let element = open.pop(); element !== undefined; element = open.pop()) {
        openCounts.set(element.name, (openCounts.get(element.name) ?? 0) - 1);
        if (element.name !== token.name) continue;
        element.closed = true;
        break;
      }
    }
  }
}

/** Writes each token as XML. Text beside elements means nothing in OFX, and ofx-js does not take it. */
function writeXml(tokens: Token[]): string {
  const parts: string[] = [];
  let depth = 0;
  /** The value without closing tag that is being read. */
  let value: { name: string; text: string } | undefined;
  /** The text right after an opening tag; undefined once there is an element beside it. */
  let content: string | undefined;
  const endValue = (): void => {
    if (value !== undefined) parts.push(`<${value.name}>${escapeXml(value.text)}</${value.name}>`);
    value = undefined;
  };
  for (const token of tokens) {
    if (token.kind === 'text') {
      if (value !== undefined) value.text += token.text;
      else if (content !== undefined) content += token.text;
    } else if (token.kind === 'close') {
      endValue();
      if (!token.matched) continue;
      depth -= 1;
      parts.push(`${escapeXml(content ?? '')}</${token.name}>`);
      content = undefined;
    } else if (token.closed) {
      endValue();
      depth += 1;
      if (depth > MAXIMUM_DEPTH) throw new StatementError(`its elements are nested over ${MAXIMUM_DEPTH} levels deep`);
      parts.push(`<${token.name}>`);
      content = '';
    } else {
      endValue();
      if (!token.selfClosing && AGGREGATES.has(token.name)) throw new StatementError(`<${token.name}> is never closed: the file is cut off or damaged`);
      value = { name: token.name, text: '' };
      content = undefined;
      if (token.selfClosing) endValue();
    }
  }
  endValue();
  return parts.join('');
}

/** Escapes exactly what ofx-js unescapes. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
