import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ApiClient } from '../../src/client/api-client.ts';
import { ApiConnection } from '../../src/client/api-connection.ts';
import type { ApiBankAccount } from '../../src/client/api-types.ts';
import { ImportError } from '../../src/importer/import-account.ts';
import { importStatements, readBankFiles } from '../../src/importer/import-files.ts';
import type { AccountImport, ImportOptions } from '../../src/importer/import-files.ts';
import { useServer } from '../support/app.ts';
import { createBank, createUser } from '../support/factories.ts';

const server = useServer();

/** An OFX file of one account; transactions are `day amount name` texts. */
function ofx(ledger: string, asOf: string, transactions: string[], options: { account?: string; currency?: string; card?: boolean } = {}): { name: string; bytes: Uint8Array } {
  const number = `<ACCTID>${options.account ?? '42'}`;
  const account = options.card === true ? `<CCACCTFROM>${number}</CCACCTFROM>` : `<BANKACCTFROM><BANKID>1${number}<ACCTTYPE>SAVINGS</BANKACCTFROM>`;
  const list = transactions.map((text, index) => {
    const [day, amount, name] = text.split(' ');
    return `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>${String(day)}<TRNAMT>${String(amount)}<FITID>${index}<NAME>${String(name)}</STMTTRN>`;
  });
  const statement = `<CURDEF>${options.currency ?? 'USD'}${account}<BANKTRANLIST>${list.join('')}</BANKTRANLIST><LEDGERBAL><BALAMT>${ledger}<DTASOF>${asOf}</LEDGERBAL>`;
  const body = options.card === true ? `<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS>${statement}</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1>` : `<BANKMSGSRSV1><STMTTRNRS><STMTRS>${statement}</STMTRS></STMTTRNRS></BANKMSGSRSV1>`;
  return { name: 'statement.ofx', bytes: new TextEncoder().encode(`OFXHEADER:100\n\n<OFX>${body}</OFX>`) };
}

type Fetch = typeof fetch;

/** A user with a client of their own, through whatever stands between it and the server. */
async function newImporter(options: { timezone?: string; through?: (send: Fetch) => Fetch } = {}): Promise<{
  client: ApiClient;
  run: (files: { name: string; bytes: Uint8Array }[], importOptions?: ImportOptions) => Promise<AccountImport[]>;
  accounts: () => Promise<ApiBankAccount[]>;
  /** The account's transactions in order of creation. */
  stored: (accountId: string | null | undefined) => Promise<string[]>;
}> {
  const { username, password } = await createUser(server, { timezone: options.timezone ?? 'UTC' });
  const address = server.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  const send: Fetch = (...parameters) => fetch(...parameters);
  const client = new ApiClient(
    new ApiConnection({ url: `http://127.0.0.1:${address.port}`, username, password }, { fetch: options.through?.(send) ?? send, sleep: () => Promise.resolve() }),
  );
  return {
    client,
    run: (files, importOptions) => importStatements(client, readBankFiles(files), importOptions),
    accounts: () => client.bankAccounts(),
    stored: async (accountId) => (await client.transactions(accountId ?? '', {})).map((transaction) => `${transaction.posted_date.slice(0, 10)} ${transaction.amount} ${transaction.raw_description}`),
  };
}

/** Options that make a new account at a bank of its own. */
async function atNewBank(name?: string): Promise<ImportOptions> {
  const bank = await createBank(server);
  return { createAccount: { bank: bank.id, ...(name === undefined ? {} : { name }) } };
}

describe('an import', () => {
  test('makes an account that ends at the ledger balance, and tells the server how far it goes', async () => {
    const { run, accounts, stored } = await newImporter();
    const [result] = await run([ofx('70.00', '20261130', ['20261103 -20.00 second', '20261102 -10.00 first'])], await atNewBank('House money'));
    expect(result).toMatchObject({ accountName: 'House money', accountCreated: true, transactionsCreated: 2, transactionsSkipped: 0, postedBalance: '70.00', ledgerBalance: '70.00', difference: '0.00', lastPostedThrough: '2026-11-30' });
    expect(await accounts()).toMatchObject([{ name: 'House money', account_number: '42', account_type: 'S', currency: 'USD', posted_balance: '70.00', available_balance: '70.00', last_posted_through: '2026-11-30' }]);
    expect(await stored(result?.accountId)).toEqual(['2026-11-02 -10.00 first', '2026-11-03 -20.00 second']);
  });

  test("takes a card's debt as negative, and its currency from the statement", async () => {
    const { run, accounts } = await newImporter();
    await run([ofx('-500', '20261130', ['20261102 -120 noodles'], { card: true, currency: 'JPY' })], await atNewBank());
    expect(await accounts()).toMatchObject([{ name: 'Card …42', account_type: 'X', currency: 'JPY', posted_balance: '-500.00' }]);
  });

  test.each(['UTC', 'Pacific/Auckland', 'America/Los_Angeles'])('run again brings nothing twice in %s, with days and with times', async (timezone) => {
    const { run, stored } = await newImporter({ timezone });
    const file = ofx('0', '20261130', ['20261102 -4.75 tea', '20261102 -4.75 tea', '20261103020000[-5:EST] -4.75 tea', '20261103233000 -4.75 tea']);
    const [first] = await run([file], await atNewBank());
    expect(first).toMatchObject({ transactionsCreated: 4, difference: '0.00' });
    const [second] = await run([file, file]);
    expect(second).toMatchObject({ transactionsCreated: 0, transactionsSkipped: 4, accountCreated: false, difference: '0.00' });
    expect(await stored(first?.accountId)).toHaveLength(4);
  });

  test('of a later file brings only what is new, and an older file stays right afterwards', async () => {
    const { run, stored } = await newImporter();
    const october = ofx('90', '20261103', ['20261102 -5 tea', '20261103 -5 tea']);
    const november = ofx('75', '20261105', ['20261103 -5 tea', '20261103 -5 tea', '20261105 -10 cake']);
    const [first] = await run([october], await atNewBank());
    const [second] = await run([november]);
    expect(second).toMatchObject({ transactionsCreated: 2, transactionsSkipped: 1, difference: '0.00', lastPostedThrough: '2026-11-05' });
    expect(await stored(first?.accountId)).toEqual(['2026-11-02 -5.00 tea', '2026-11-03 -5.00 tea', '2026-11-03 -5.00 tea', '2026-11-05 -10.00 cake']);
    // The second tea of the third came after the first file was made, so the older file now differs by it.
    const [again] = await run([october]);
    expect(again).toMatchObject({ transactionsCreated: 0, postedBalance: '85.00', difference: '5.00' });
  });

  test('of overlapping files makes one account, whose balance is the newest', async () => {
    const { run, accounts } = await newImporter();
    const files = [ofx('75', '20261105', ['20261103 -5 tea', '20261105 -20 cake']), ofx('95', '20261103', ['20261102 -5 tea', '20261103 -5 tea'])];
    expect(await run(files, await atNewBank())).toMatchObject([{ transactionsCreated: 3, difference: '0.00' }]);
    expect(await accounts()).toMatchObject([{ posted_balance: '75.00' }]);
  });

  test('says by how much an account is not where the bank says', async () => {
    const { run } = await newImporter();
    await run([ofx('100', '20261103', ['20261102 -5 tea'])], await atNewBank());
    expect(await run([ofx('60', '20261106', ['20261106 -10 cake'])])).toMatchObject([{ postedBalance: '90.00', ledgerBalance: '60.00', difference: '-30.00' }]);
  });

  test('says in a dry run what it would do, and changes nothing', async () => {
    const { run, accounts, stored } = await newImporter();
    const options = await atNewBank();
    const file = ofx('100', '20261103', ['20261102 -5 tea']);
    expect(await run([file], { ...options, dryRun: true })).toMatchObject([{ accountId: null, accountCreated: true, transactionsCreated: 1, postedBalance: '100.00', difference: '0.00' }]);
    expect(await accounts()).toEqual([]);
    const [made] = await run([file], options);
    const later = ofx('90', '20261106', ['20261102 -5 tea', '20261106 -10 cake']);
    expect(await run([later], { dryRun: true })).toMatchObject([{ transactionsCreated: 1, transactionsSkipped: 1, postedBalance: '90.00', difference: '0.00' }]);
    expect(await stored(made?.accountId)).toHaveLength(1);
    expect(await accounts()).toMatchObject([{ last_posted_through: '2026-11-03' }]);
  });

  test('reports its progress to the last transaction', async () => {
    const { run } = await newImporter();
    const progress: string[] = [];
    await run([ofx('0', '20261103', ['20261102 -1 a', '20261102 -1 b'])], { ...(await atNewBank('P')), onProgress: ({ accountName, done, total }) => progress.push(`${accountName} ${done}/${total}`) });
    expect(progress).toEqual(['P 0/2', 'P 1/2', 'P 2/2']);
  });
});

describe('an import that gets no answers', () => {
  const isPostTo = (path: string, input: unknown): boolean => input instanceof Request && input.method === 'POST' && input.url.endsWith(path);

  test('posts every transaction exactly once, whether the request or the answer got lost', async () => {
    let posts = 0;
    const { run, stored } = await newImporter({
      through: (send) => async (input, init) => {
        if (!isPostTo('/transactions/', input)) return send(input, init);
        posts += 1;
        if (posts % 3 === 0) throw new TypeError('fetch failed');
        const answer = await send(input, init);
        if (posts % 3 === 1) throw new TypeError('terminated');
        return answer;
      },
    });
    const texts = ['20261102 -4.75 tea', '20261102 -4.75 tea', '20261102 -4.75 tea', '20261103 -1.00 a', '20261103 -2.00 b'];
    const [result] = await run([ofx('0', '20261130', texts)], await atNewBank());
    expect(result).toMatchObject({ transactionsCreated: 5, difference: '0.00' });
    expect(await stored(result?.accountId)).toHaveLength(5);
    expect(posts).toBeGreaterThan(5);
  });

  test('makes the account once', async () => {
    let lost = 0;
    const { run, accounts } = await newImporter({
      through: (send) => async (input, init) => {
        const answer = await send(input, init);
        if (!isPostTo('/bank-accounts/', input)) return answer;
        lost += 1;
        throw new TypeError('terminated');
      },
    });
    await run([ofx('10', '20261130', [])], await atNewBank());
    expect(lost).toBe(1);
    expect(await accounts()).toMatchObject([{ posted_balance: '10.00', last_posted_through: '2026-11-30' }]);
  });

  test('and breaks off is completed by the next run', async () => {
    let broken = true;
    let posts = 0;
    const { run, stored } = await newImporter({
      through: (send) => (input, init) => {
        if (isPostTo('/transactions/', input)) posts += 1;
        return broken && posts > 2 ? Promise.reject(new TypeError('fetch failed')) : send(input, init);
      },
    });
    const file = ofx('0', '20261130', ['20261102 -1 a', '20261102 -1 a', '20261102 -1 a', '20261103 -1 b']);
    const options = await atNewBank();
    await expect(run([file], options)).rejects.toThrow('No answer from');
    broken = false;
    const [result] = await run([file], options);
    expect(result).toMatchObject({ accountCreated: false, transactionsCreated: 2, transactionsSkipped: 2, difference: '0.00' });
    expect(await stored(result?.accountId)).toEqual(['2026-11-02 -1.00 a', '2026-11-02 -1.00 a', '2026-11-02 -1.00 a', '2026-11-03 -1.00 b']);
  });
});

describe('the account', () => {
  test('is found by its number, whatever groups its digits, or chosen by id, name or number', async () => {
    const { run, accounts } = await newImporter();
    const [made] = await run([ofx('10', '20261130', [], { account: '12 34-5' })], await atNewBank('House'));
    expect(await run([ofx('10', '20261130', [], { account: '12345' })])).toMatchObject([{ accountName: 'House', accountCreated: false }]);
    for (const account of [made?.accountId ?? '', 'House', '1234-5']) {
      expect(await run([ofx('10', '20261130', [], { account: 'XXX45' })], { account })).toMatchObject([{ accountId: made?.accountId }]);
    }
    expect(await accounts()).toHaveLength(1);
  });

  test('must be clear before anything is changed', async () => {
    const { run, accounts } = await newImporter();
    await run([ofx('10', '20261130', [])], await atNewBank('Known'));
    const other = ofx('10', '20261130', [], { account: '43' });
    const third = ofx('10', '20261130', [], { account: '44' });
    const refusals: [ReturnType<typeof ofx>[], ImportOptions, string][] = [
      [[ofx('9', '20261130', ['20261102 -1 a']), other], {}, 'You have no account with the number 43'],
      [[other, third], { account: 'Known' }, '--account takes statements of one account'],
      [[other, third], await atNewBank('Twins'), '--name can name one new account'],
      [[other], { account: 'Unknown' }, 'You have no account with the id, name or number Unknown.'],
      [[ofx('10', '20261130', [], { currency: 'EUR' })], {}, 'is in EUR, but the account Known is in USD'],
      [[other], { createAccount: { bank: 'No such bank' } }, 'There is not exactly one bank No such bank.'],
    ];
    for (const [files, options, message] of refusals) {
      const refusal = run(files, options);
      await expect(refusal).rejects.toThrow(message);
      await expect(refusal).rejects.toBeInstanceOf(ImportError);
    }
    expect(await accounts()).toMatchObject([{ name: 'Known', posted_balance: '10.00' }]);
  });

  test('comes for each account of the example statements', async () => {
    const { run } = await newImporter({ timezone: 'America/Los_Angeles' });
    const files = await Promise.all(['checking.ofx', 'savings.ofx'].map(async (name) => ({ name, bytes: await readFile(new URL(`../../examples/statements/${name}`, import.meta.url)) })));
    expect(await run(files, await atNewBank())).toMatchObject([
      { accountName: 'Checking …4821', transactionsCreated: 37, postedBalance: '7807.94', difference: '0.00', lastPostedThrough: '2026-11-13' },
      { accountName: 'Savings …9036', transactionsCreated: 4, postedBalance: '4763.10', difference: '0.00', lastPostedThrough: '2026-11-13' },
    ]);
  });
});
