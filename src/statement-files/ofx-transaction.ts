import { Decimal, fitsMinorUnits } from '../money.ts';
import { child, text } from './ofx-nodes.ts';
import type { OfxNode } from './ofx-nodes.ts';
import { readOfxAmount, readOfxDate } from './ofx-values.ts';
import { StatementError } from './statement.ts';
import type { StatementTransaction, StatementTransactionType } from './statement.ts';

/** What the API stores at most. */
const MAXIMUM_DESCRIPTION_LENGTH = 512;

/** TRNTYPE (OFX 1.6, section 11.4.3.1) → the API's transaction types. What says no more than the sign is left out. */
const TRANSACTION_TYPES: Record<string, { debit: StatementTransactionType; credit: StatementTransactionType }> = {
  INT: { debit: '', credit: 'interest_credit' },
  DIV: { debit: '', credit: 'interest_credit' },
  FEE: { debit: 'fee', credit: 'fee' },
  SRVCHG: { debit: 'fee', credit: 'fee' },
  ATM: { debit: 'atm_withdrawal', credit: '' },
  CASH: { debit: 'atm_withdrawal', credit: '' },
  POS: { debit: 'pin_purchase', credit: '' },
  CHECK: { debit: 'check', credit: 'check_deposit' },
  PAYMENT: { debit: 'bill_payment', credit: '' },
  REPEATPMT: { debit: 'bill_payment', credit: '' },
  DIRECTDEP: { debit: 'ach', credit: 'ach' },
  DIRECTDEBIT: { debit: 'ach', credit: 'ach' },
};

/**
 * Reads one STMTTRN.
 * @param currency the statement's currency, ISO 4217.
 * @throws StatementError when its date or amount is missing or wrong.
 */
export function readOfxTransaction(node: OfxNode, currency: string): StatementTransaction {
  const amount = readOfxAmount(text(node, 'TRNAMT'));
  if (!fitsMinorUnits(new Decimal(amount), currency)) throw new StatementError(`${amount} has more decimals than ${currency} has`);
  const foreignCurrency = text(child(node, 'CURRENCY') ?? {}, 'CURSYM').toUpperCase();
  // ORIGCURRENCY, in contrast, only tells what an amount was before the bank converted it.
  if (foreignCurrency !== '' && foreignCurrency !== currency) throw new StatementError(`it is in ${foreignCurrency}, its account in ${currency}`);
  const posted = readOfxDate(text(node, 'DTPOSTED'));
  const kind = text(node, 'TRNTYPE').toUpperCase();
  const checkNumber = readCheckNumber(node);
  return {
    id: text(node, 'FITID'),
    postedDate: posted.instant ?? posted.day,
    postedDay: posted.day,
    amount,
    rawDescription: describe(node, kind, checkNumber),
    transactionType: TRANSACTION_TYPES[kind]?.[amount.startsWith('-') ? 'debit' : 'credit'] ?? '',
    ...(checkNumber === '' ? {} : { checkNumber }),
  };
}

/** Zeros are how some banks say that there is none. */
function readCheckNumber(node: OfxNode): string {
  const number = text(node, 'CHECKNUM');
  return /^0*$/.test(number) ? '' : number;
}

/**
 * What the bank printed: the name, and the memo where it says more. NAME holds 32 characters, so banks cut
 * it and repeat it whole in the memo: then the memo stands alone.
 */
function describe(node: OfxNode, kind: string, checkNumber: string): string {
  const name = text(node, 'EXTDNAME') || text(node, 'NAME') || text(child(node, 'PAYEE') ?? {}, 'NAME');
  const memo = text(node, 'MEMO');
  let description = contains(memo, name) ? memo : contains(name, memo) ? name : `${name} ${memo}`;
  if (description === '') description = kind === '' ? 'UNKNOWN' : kind;
  if (kind === 'CHECK' && checkNumber !== '' && !description.includes(checkNumber)) description += ` #${checkNumber}`;
  return cut(description);
}

function contains(whole: string, part: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}

/** Cuts to the length that the API takes, never through a surrogate pair. */
function cut(description: string): string {
  if (description.length <= MAXIMUM_DESCRIPTION_LENGTH) return description;
  return description.slice(0, MAXIMUM_DESCRIPTION_LENGTH).replace(/[\ud800-\udbff]$/, '').trimEnd();
}
