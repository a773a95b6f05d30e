/** Whether random tests look much further, as `npm run test:long` does. */
export const isLong = process.env['MIBUDGE_TEST_LONG'] === '1';

/** Where random tests begin: another place in each run, or the one that a failed run has printed. */
export const seed = Number(process.env['MIBUDGE_TEST_SEED'] ?? Date.now() % 1_000_000_000);
