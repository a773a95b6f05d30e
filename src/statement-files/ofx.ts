import { parseSync } from 'ofx-js';
import type { CalendarDate } from '../dates.ts';
import { Decimal, fitsMinorUnits } from '../money.ts';
import { normalizeOfxMarkup } from './ofx-markup.ts';
import { child, children, isNode, text } from './ofx-nodes.ts';
import type { OfxNode } from './ofx-nodes.ts';
import { decodeOfxText } from './ofx-text.ts';
import { readOfxTransaction } from './ofx-transaction.ts';
import { abridge, readOfxAmount, readOfxDate } from './ofx-values.ts';
import { MAXIMUM_TRANSACTIONS, StatementError } from './statement.ts';
import type { AccountType, Statement, StatementBalance } from './statement.ts';

const ACCOUNT_TYPES: Record<string, AccountType> = { CHECKING: 'C', SAVINGS: 'S', MONEYMRKT: 'S', CD: 'S', CREDITLINE: 'X' };

/**
 * Says whether a file is OFX or QFX, by its first bytes and never by its name.
 */
export function looksLikeOfx(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 4096)).replaceAll('\0', '');
  return /OFXHEADER\s*[:=]|<OFX\s*>/i.test(start);
}

/**
 * Reads an OFX or QFX file, SGML (OFX 1) or XML (OFX 2), with the statements of any number of bank and
 * credit card accounts. Pending transactions (BANKTRANLISTP) are left out: they are not posted yet and may
 * still change or vanish.
 * @throws StatementError when it is not readable, holds no statement, or something in it is not what it should be.
 */
export function readOfx(bytes: Uint8Array): Statement[] {
  const content = decodeOfxText(bytes);
  const start = content.search(/<OFX\s*>/i);
  if (start === -1) throw new StatementError('it has no <OFX> element');
  const ofx: unknown = parseSync(normalizeOfxMarkup(content.slice(start))).OFX;
  if (!isNode(ofx)) throw new StatementError('its <OFX> element is empty');

  const statements: Statement[] = [];
  const wrappers = [
    ...children(ofx, 'BANKMSGSRSV1').flatMap((messages) => children(messages, 'STMTTRNRS')),
    ...children(ofx, 'CREDITCARDMSGSRSV1').flatMap((messages) => children(messages, 'CCSTMTTRNRS')),
  ];
  for (const wrapper of wrappers) {
    const responses = [...children(wrapper, 'STMTRS'), ...children(wrapper, 'CCSTMTRS')];
    if (responses.length === 0) refuseFailure(wrapper);
    for (const response of responses) statements.push(readStatement(response));
  }
  if (statements.length === 0) {
    const investments = child(ofx, 'INVSTMTMSGSRSV1') !== undefined;
    throw new StatementError(investments ? 'it holds investment statements only, which are not supported' : 'it holds no bank or credit card statement');
  }
  const count = statements.reduce((total, statement) => total + statement.transactions.length, 0);
  if (count > MAXIMUM_TRANSACTIONS) throw new StatementError(`it holds ${count} transactions, at most ${MAXIMUM_TRANSACTIONS} are read from one file`);
  return statements;
}

/** A response without a statement is the bank saying why it has none. */
function refuseFailure(wrapper: OfxNode): void {
  const status = child(wrapper, 'STATUS');
  if (status === undefined || text(status, 'SEVERITY').toUpperCase() !== 'ERROR') return;
  throw new StatementError(`the bank answered with error ${text(status, 'CODE')}: ${abridge(text(status, 'MESSAGE')) || 'no reason given'}`);
}

function readStatement(response: OfxNode): Statement {
  const card = child(response, 'CCACCTFROM');
  const account = card ?? child(response, 'BANKACCTFROM');
  const accountNumber = account === undefined ? '' : text(account, 'ACCTID');
  if (account === undefined || accountNumber === '') throw new StatementError('a statement in it names no account (ACCTID)');
  try {
    const currency = text(response, 'CURDEF').toUpperCase();
    if (!/^[A-Z]{3}$/.test(currency)) throw new StatementError(`its currency (CURDEF) is "${abridge(currency)}"`);
    const list = child(response, 'BANKTRANLIST');
    const periodStart = readDay(list, 'DTSTART');
    const periodEnd = readDay(list, 'DTEND');
    const ledgerBalance = readBalance(response, 'LEDGERBAL', currency);
    const availableBalance = readBalance(response, 'AVAILBAL', currency);
    return {
      bankId: text(account, 'BANKID'),
      accountNumber,
      accountType: card === undefined ? (ACCOUNT_TYPES[text(account, 'ACCTTYPE').toUpperCase()] ?? 'C') : 'X',
      currency,
      transactions: list === undefined ? [] : children(list, 'STMTTRN').map((node, index) => readNumbered(node, index, currency)),
      ...(ledgerBalance === undefined ? {} : { ledgerBalance }),
      ...(availableBalance === undefined ? {} : { availableBalance }),
      ...(periodStart === undefined ? {} : { periodStart }),
      ...(periodEnd === undefined ? {} : { periodEnd }),
    };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw new StatementError(`account ${accountNumber}: ${error.message}`, { cause: error });
  }
}

function readNumbered(node: OfxNode, index: number, currency: string): Statement['transactions'][number] {
  try {
    return readOfxTransaction(node, currency);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const id = text(node, 'FITID');
    throw new StatementError(`transaction ${index + 1}${id === '' ? '' : ` (FITID ${abridge(id)})`}: ${error.message}`, { cause: error });
  }
}

function readBalance(response: OfxNode, name: string, currency: string): StatementBalance | undefined {
  const node = child(response, name);
  if (node === undefined || text(node, 'BALAMT') === '') return undefined;
  const amount = readOfxAmount(text(node, 'BALAMT'));
  if (!fitsMinorUnits(new Decimal(amount), currency)) throw new StatementError(`${name}: ${amount} has more decimals than ${currency} has`);
  const asOf = readDay(node, 'DTASOF');
  return asOf === undefined ? { amount } : { amount, asOf };
}

/** The day of a date that may be missing; banks also write zeros for that. */
function readDay(node: OfxNode | undefined, name: string): CalendarDate | undefined {
  const value = node === undefined ? '' : text(node, name);
  return /^0*$/.test(value) ? undefined : readOfxDate(value).day;
}
