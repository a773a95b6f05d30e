import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openingBalance } from '../../src/importer/import-account.ts';
import { readOfx } from '../../src/statement-files/ofx.ts';
import { readStatements } from '../../src/statement-files/read-statements.ts';
import { StatementError } from '../../src/statement-files/statement.ts';
import type { Statement, StatementTransaction } from '../../src/statement-files/statement.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file of one account around the given transactions. */
function file(transactions: string, options: { currency?: string; account?: string; balances?: string } = {}): Uint8Array {
  const account = options.account ?? '<BANKACCTFROM><BANKID>1<ACCTID>42<ACCTTYPE>CHECKING</BANKACCTFROM>';
  return encode(
    `OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>${options.currency ?? 'USD'}${account}` +
      `<BANKTRANLIST><DTSTART>20261101<DTEND>20261130${transactions}</BANKTRANLIST>${options.balances ?? ''}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`,
  );
}

function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, got ${items.length}`);
  return item;
}

function readTransaction(fields: string, currency = 'USD'): StatementTransaction {
  return only(only(readOfx(file(`<STMTTRN>${fields}</STMTTRN>`, { currency }))).transactions);
}

describe('files of banks', () => {
  const folder = new URL('../../../shared/statements/', import.meta.url);
  const read = (name: string): Statement[] => readStatements(name, readFileSync(new URL(name, folder)));
  const brief = (statement: Statement): unknown => ({
    account: [statement.bankId, statement.accountNumber, statement.accountType, statement.currency],
    period: [statement.periodStart, statement.periodEnd],
    ledger: statement.ledgerBalance,
    transactions: statement.transactions.map((transaction) => [transaction.id, transaction.postedDate, transaction.amount, transaction.rawDescription, transaction.transactionType]),
  });

  const isThere = existsSync(folder);
  describe.skipIf(!isThere)(`read right${isThere ? '' : ': skipped, ../shared/statements is missing'}`, () => {
    test('a card in an XML header over SGML', () => {
      expect(read('anzcc.ofx').map(brief)).toEqual([
        {
          account: ['', '1234123412341234', 'X', 'AUD'],
          period: ['2017-03-11', '2017-05-09'],
          ledger: { amount: '-123.45', asOf: '2017-05-10' },
          transactions: [['201705080001', '2017-05-08', '-5.50', 'SOME MEMO', '']],
        },
      ]);
    });

    test('SGML on few lines, with times and zones', () => {
      expect(read('bank_medium.ofx').map(brief)).toEqual([
        {
          account: ['160000100', '12300 000012345678', 'C', 'CAD'],
          period: ['2009-04-01', '2009-05-23'],
          ledger: { amount: '382.34', asOf: '2009-05-23' },
          transactions: [
            ['0000123456782009040100001', '2009-04-01T17:20:17.000Z', '-6.60', "POS MERCHANDISE;MCDONALD'S #112", 'pin_purchase'],
            ['0000123456782009040200004', '2009-04-02T17:20:17.000Z', '-316.67', "MISCELLANEOUS PAYMENTS;Joe's Bald Hairstyles", 'check'],
            ['0000123456782009040300005', '2009-04-03T17:20:17.000Z', '-22.00', "POS MERCHANDISE;CONNIE'S HAIR D", 'pin_purchase'],
          ],
        },
      ]);
    });

    test('SGML with names that the memo repeats whole', () => {
      const statement = only(read('checking.ofx'));
      expect(statement.transactions.map(({ amount, rawDescription, checkNumber }) => [amount, rawDescription, checkNumber])).toEqual([
        ['0.01', 'DIVIDEND EARNED FOR PERIOD OF 03/01/2011 THROUGH 03/31/2011 ANNUAL PERCENTAGE YIELD EARNED IS 0.05%', undefined],
        ['-34.51', 'AUTOMATIC WITHDRAWAL, ELECTRIC BILL WEB(S )', undefined],
        ['-25.00', 'RETURNED CHECK FEE, CHECK # 319 FOR $45.33 ON 04/07/11', '319'],
      ]);
      expect(statement).toMatchObject({ accountNumber: '1452687~7', ledgerBalance: { amount: '100.99' }, availableBalance: { amount: '75.99' } });
    });

    test('several accounts without transactions', () => {
      expect(read('multiple_accounts.ofx').map(brief)).toEqual([
        { account: ['123', '9100', 'C', 'USD'], period: [undefined, undefined], ledger: { amount: '111', asOf: '2012-06-03' }, transactions: [] },
        { account: ['123', '9200', 'S', 'USD'], period: [undefined, undefined], ledger: { amount: '222', asOf: '2012-06-03' }, transactions: [] },
      ]);
    });

    test('CDATA, and a check number that is none', () => {
      const transaction = only(only(read('suncorp.ofx')).transactions);
      expect(transaction).toEqual({
        id: '1',
        postedDate: '2013-12-15',
        postedDay: '2013-12-15',
        amount: '-16.85',
        rawDescription: 'EFTPOS WDL HANDYWAY ALDI STORE   GEELONG WEST VICAU',
        transactionType: '',
      });
    });
  });

  test('the example statements open with a round balance, and their letters survive', () => {
    const examples = ['checking.ofx', 'savings.ofx'].map((name) => only(readStatements(name, readFileSync(new URL(`../../examples/statements/${name}`, import.meta.url)))));
    expect(examples.map((statement) => [statement.accountType, statement.transactions.length, openingBalance(statement)])).toEqual([
      ['C', 37, '1846.2'],
      ['S', 4, '4150'],
    ]);
    expect(examples[0]?.transactions.some(({ rawDescription }) => rawDescription.includes('CAFÉ LUMIÈRE'))).toBe(true);
  });
});

describe('a transaction', () => {
  const needed = '<TRNTYPE>DEBIT<DTPOSTED>20261102<TRNAMT>-1.00<FITID>1';

  test.each([
    ['the name alone', '<NAME>SHOP', 'SHOP'],
    ['the memo alone', '<MEMO>SHOP', 'SHOP'],
    ['the name and what the memo adds', '<NAME>SHOP<MEMO>INVOICE 12', 'SHOP INVOICE 12'],
    ['the memo that repeats the name', '<NAME>SHO<MEMO>Shop in town', 'Shop in town'],
    ['the name that says all of the memo', '<NAME>SHOP IN TOWN<MEMO>shop', 'SHOP IN TOWN'],
    ['a payee', '<PAYEE><NAME>SHOP<CITY>Oslo</PAYEE>', 'SHOP'],
    ['the kind when there is nothing else', '', 'DEBIT'],
    ['an empty value without closing tag', '<MEMO><NAME>SHOP', 'SHOP'],
    ['an empty element', '<MEMO/><NAME>SHOP</NAME>', 'SHOP'],
    ['decoded references', '<NAME>AT&amp;T &#x26; SONS', 'AT&T & SONS'],
    ['an unescaped ampersand and angle bracket', '<NAME>A&B 1 < 2', 'A&B 1 < 2'],
    ['CDATA as it is', '<NAME><![CDATA[A &amp; <b>]]></NAME>', 'A &amp; <b>'],
    ['no comments', '<NAME>SH<!-- <MEMO>hidden -->OP', 'SHOP'],
    ['no line breaks and control characters', '<NAME>SH\u0000OP\r\nTWO\n', 'SHOP TWO'],
    ['no attributes', '<NAME lang="en">SHOP</NAME>', 'SHOP'],
    ['lower-case tags', '<name>SHOP</name>', 'SHOP'],
  ])('is described by %s', (_what, fields, expected) => {
    expect(readTransaction(needed + fields).rawDescription).toBe(expected);
  });

  test('has a description of at most 512 characters, never half a character', () => {
    expect(readTransaction(`${needed}<NAME>${'x'.repeat(600)}`).rawDescription).toBe('x'.repeat(512));
    expect(readTransaction(`${needed}<NAME>${'x'.repeat(511)}😀`).rawDescription).toBe('x'.repeat(511));
  });

  test('tells its check number once', () => {
    const check = '<TRNTYPE>CHECK<DTPOSTED>20261102<TRNAMT>-1.00<CHECKNUM>0319';
    expect(readTransaction(`${check}<NAME>CHECK`)).toMatchObject({ rawDescription: 'CHECK #0319', checkNumber: '0319', transactionType: 'check' });
    expect(readTransaction(`${check}<NAME>CHECK 0319`).rawDescription).toBe('CHECK 0319');
  });

  test.each([
    ['INT', '1', 'interest_credit'], ['INT', '-1', ''], ['FEE', '-1', 'fee'], ['SRVCHG', '-1', 'fee'], ['ATM', '-1', 'atm_withdrawal'], ['ATM', '1', ''],
    ['POS', '-1', 'pin_purchase'], ['CHECK', '-1', 'check'], ['CHECK', '1', 'check_deposit'], ['PAYMENT', '-1', 'bill_payment'], ['DIRECTDEP', '1', 'ach'],
    ['DIRECTDEBIT', '-1', 'ach'], ['CREDIT', '1', ''], ['DEBIT', '-1', ''], ['XFER', '-1', ''], ['SOMETHING', '-1', ''], ['constructor', '-1', ''],
  ])('of kind %s and amount %s has the type "%s"', (kind, amount, expected) => {
    expect(readTransaction(`<TRNTYPE>${kind}<DTPOSTED>20261102<TRNAMT>${amount}`).transactionType).toBe(expected);
  });

  test('may have as many decimals as its currency, zeros not counted', () => {
    const amount = (text: string, currency: string): string => readTransaction(`<DTPOSTED>20261102<TRNAMT>${text}`, currency).amount;
    expect(amount('-500.00', 'JPY')).toBe('-500.00');
    expect(amount('-1,234', 'KWD')).toBe('-1.234');
    expect(() => amount('-1,234', 'USD')).toThrow('-1.234 has more decimals than USD has');
    expect(() => amount('-1.5', 'JPY')).toThrow(StatementError);
  });
});

describe('a file', () => {
  test('of many accounts gives a statement for each, banks before cards', () => {
    const xml = (account: string, wrapper: string, response: string): string => `<${wrapper}><${response}><CURDEF>EUR</CURDEF>${account}</${response}></${wrapper}>`;
    const bank = (id: string, kind: string): string => xml(`<BANKACCTFROM><BANKID>B</BANKID><ACCTID>${id}</ACCTID><ACCTTYPE>${kind}</ACCTTYPE></BANKACCTFROM>`, 'STMTTRNRS', 'STMTRS');
    const statements = readOfx(
      encode(`<OFX><BANKMSGSRSV1>${bank('1', 'CHECKING')}${bank('2', 'MONEYMRKT')}${bank('3', 'CREDITLINE')}</BANKMSGSRSV1><CREDITCARDMSGSRSV1>${xml('<CCACCTFROM><ACCTID>4</ACCTID></CCACCTFROM>', 'CCSTMTTRNRS', 'CCSTMTRS')}</CREDITCARDMSGSRSV1></OFX>`),
    );
    expect(statements.map(({ accountNumber, accountType }) => accountNumber + accountType)).toEqual(['1C', '2S', '3X', '4X']);
  });

  test.each([
    ['nothing', new Uint8Array(), 'it is empty'],
    ['another format', encode('Date,Amount\n2026-11-02,1'), 'it is in no known format (OFX/QFX)'],
    ['a cut off end', file('<STMTTRN><DTPOSTED>20261102<TRNAMT>1</STMTTRN>').slice(0, -50), 'is never closed: the file is cut off or damaged'],
    ['an unclosed transaction', file('<STMTTRN><DTPOSTED>20261102<TRNAMT>1'), '<STMTTRN> is never closed'],
    ['no statement', encode('<OFX><SIGNONMSGSRSV1><SONRS></SONRS></SIGNONMSGSRSV1></OFX>'), 'it holds no bank or credit card statement'],
    ['investments', encode('<OFX><INVSTMTMSGSRSV1><X></X></INVSTMTMSGSRSV1></OFX>'), 'investment statements only'],
    ["the bank's refusal", encode('<OFX><BANKMSGSRSV1><STMTTRNRS><STATUS><CODE>2003<SEVERITY>ERROR<MESSAGE>Account not found</STATUS></STMTTRNRS></BANKMSGSRSV1></OFX>'), 'the bank answered with error 2003: Account not found'],
    ['no account', file('', { account: '' }), 'a statement in it names no account (ACCTID)'],
    ['no currency', file('', { currency: '' }), 'account 42: its currency (CURDEF) is ""'],
    ['a bad date', file('<STMTTRN><DTPOSTED>20261102<TRNAMT>1</STMTTRN><STMTTRN><DTPOSTED>20260230<TRNAMT>1<FITID>F9</STMTTRN>'), 'account 42: transaction 2 (FITID F9): "20260230" is not a date that exists'],
    ['a bad amount', file('<STMTTRN><DTPOSTED>20261102<TRNAMT>1e5</STMTTRN>'), 'account 42: transaction 1: "1e5" is not an amount'],
    ['a foreign transaction', file('<STMTTRN><DTPOSTED>20261102<TRNAMT>1<CURRENCY><CURRATE>2<CURSYM>EUR</CURRENCY></STMTTRN>'), 'it is in EUR, its account in USD'],
    ['elements within elements without end', encode(`<OFX>${'<A>'.repeat(1000)}${'</A>'.repeat(1000)}</OFX>`), 'nested over 32 levels deep'],
    ['another encoding than it says', new Uint8Array([...encode('<?xml version="1.0" encoding="shift_jis"?><OFX>'), 0x80, 0xff, ...encode('</OFX>')]), 'not readable as shift_jis'],
  ])('with %s is refused with its name and the reason', (_what, bytes, reason) => {
    const read = (): unknown => readStatements('november.ofx', bytes);
    expect(read).toThrow(StatementError);
    expect(read).toThrow(/^november\.ofx: /);
    expect(read).toThrow(reason);
  });

  test('with zeros for dates that the bank does not know reads without them', () => {
    const statement = only(readOfx(file('', { balances: '<LEDGERBAL><BALAMT>5<DTASOF>00000000</LEDGERBAL>' })));
    expect(statement.ledgerBalance).toEqual({ amount: '5' });
  });

  test('damaged anywhere is read or refused, but never breaks the reader', () => {
    const whole = new TextDecoder().decode(file('<STMTTRN><TRNTYPE>POS<DTPOSTED>20261102<TRNAMT>-1.00<FITID>1<NAME>A<MEMO><![CDATA[B]]></STMTTRN>', { balances: '<LEDGERBAL><BALAMT>5<DTASOF>20261130</LEDGERBAL>' }));
    const junk = fc.constantFrom('', '<', '>', '</', '<!--', '<![CDATA[', ']]>', '&', '<OFX>', '</STMTTRN>', '<STMTTRN>', '<__PROTO__>', '\u0000', '😀');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), junk, (start, length, insertion) => {
        try {
          readOfx(encode(whole.slice(0, start) + insertion + whole.slice(start + length)));
        } catch (error) {
          expect(error).toBeInstanceOf(StatementError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
