import { describe, expect, test } from 'vitest';
import { calendarDate } from '../../src/dates.ts';
import { coveredThrough, mergeStatements } from '../../src/importer/merge-statements.ts';
import { StatementError } from '../../src/statement-files/statement.ts';
import type { Statement, StatementTransaction } from '../../src/statement-files/statement.ts';

/** Transactions of -1.00 from `day description` texts. */
function transactions(...texts: string[]): StatementTransaction[] {
  return texts.map((text, index) => {
    const [day = '', rawDescription = ''] = text.split(' ');
    return { id: String(index), postedDate: day, postedDay: calendarDate(day), amount: '-1.00', rawDescription, transactionType: '' };
  });
}

function statement(parts: Partial<Statement>): Statement {
  return { bankId: 'B', accountNumber: '42', accountType: 'C', currency: 'USD', transactions: [], ...parts };
}

function texts(statements: readonly Statement[]): string[][] {
  return statements.map((merged) => merged.transactions.map(({ postedDay, rawDescription }) => `${postedDay} ${rawDescription}`));
}

const day = calendarDate;

describe('mergeStatements', () => {
  test('takes once what overlapping files both tell, and twice what one file tells twice', () => {
    const older = statement({ transactions: transactions('2026-11-01 tea', '2026-11-02 tea', '2026-11-02 tea') });
    const newer = statement({ transactions: transactions('2026-11-02 tea', '2026-11-02 tea', '2026-11-02 tea', '2026-11-03 tea') });
    const expected = [['2026-11-01 tea', '2026-11-02 tea', '2026-11-02 tea', '2026-11-02 tea', '2026-11-03 tea']];
    expect(texts(mergeStatements([older, newer]))).toEqual(expected);
    expect(texts(mergeStatements([newer, older, newer]))).toEqual(expected);
  });

  test('puts the oldest first, and turns a file round that lists the newest first', () => {
    const file = statement({ transactions: transactions('2026-11-03 c', '2026-11-02 b2', '2026-11-02 b1', '2026-11-01 a') });
    expect(texts(mergeStatements([file]))).toEqual([['2026-11-01 a', '2026-11-02 b1', '2026-11-02 b2', '2026-11-03 c']]);
    const ascending = statement({ transactions: transactions('2026-11-01 a', '2026-11-02 b1', '2026-11-02 b2') });
    expect(texts(mergeStatements([ascending]))).toEqual([['2026-11-01 a', '2026-11-02 b1', '2026-11-02 b2']]);
  });

  test('counts the newest ledger balance and the whole period, whatever the order of the files', () => {
    const october = statement({ periodStart: day('2026-10-01'), periodEnd: day('2026-10-31'), ledgerBalance: { amount: '1', asOf: day('2026-10-31') } });
    const november = statement({ periodStart: day('2026-11-01'), periodEnd: day('2026-11-30'), ledgerBalance: { amount: '2', asOf: day('2026-11-30') } });
    for (const files of [[october, november], [november, october]]) {
      expect(mergeStatements(files)).toEqual([{ ...november, periodStart: '2026-10-01' }]);
    }
  });

  test('keeps accounts apart, and knows a number whatever groups its digits', () => {
    const merged = mergeStatements([statement({ accountNumber: '12 34' }), statement({ accountNumber: '99' }), statement({ accountNumber: '12-34' }), statement({ accountNumber: '1234', bankId: 'other' })]);
    expect(merged.map(({ accountNumber, bankId }) => `${bankId} ${accountNumber}`)).toEqual(['B 12-34', 'B 99', 'other 1234']);
  });

  test('refuses an account that changes its currency between files', () => {
    expect(() => mergeStatements([statement({}), statement({ currency: 'EUR' })])).toThrow(StatementError);
  });
});

describe('coveredThrough', () => {
  const asOf = (text: string): Partial<Statement> => ({ ledgerBalance: { amount: '1', asOf: day(text) } });

  test.each([
    ['the end of the period', { periodEnd: day('2026-10-31'), ...asOf('2026-11-20') }, '2026-10-31'],
    ['not beyond the day of the balance', { periodEnd: day('2026-12-31'), ...asOf('2026-11-20') }, '2026-11-20'],
    ['a transaction after both', { periodEnd: day('2026-11-19'), ...asOf('2026-11-18'), transactions: transactions('2026-11-21 x', '2026-11-20 y') }, '2026-11-21'],
    ['the newest transaction without a period', { transactions: transactions('2026-11-02 x', '2026-11-01 y') }, '2026-11-02'],
    ['the day of the balance when there is nothing else', asOf('2026-11-20'), '2026-11-20'],
    ['nothing when the file says nothing', {}, undefined],
  ])('is %s', (_what, parts, expected) => {
    expect(coveredThrough(statement(parts))).toBe(expected);
  });
});
