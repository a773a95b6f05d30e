import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partyOf } from '../../src/transactions/party.ts';

it.each([
  // How it was paid
  ['DEBIT CARD PURCHASE - WHOLE FOODS MARKET AUSTIN TX', 'Whole Foods Market'],
  ['PURCHASE AUTHORIZED ON 11/18 TRADER JOE S #130 SAN FRANCISCO CA S304323456789012 CARD 1234', 'Trader Joe S'],
  ['RECURRING PAYMENT AUTHORIZED ON 11/02 SPOTIFY USA NEW YORK NY S123456789012345 CARD 4321', 'Spotify USA'],
  ['POS DEBIT VISA CHECK CARD 1234 KROGER CINCINNATI OH', 'Kroger'],
  ['CHECKCARD 1118 CHIPOTLE 2211 DENVER CO 24692164323100123456789', 'Chipotle'],
  ['VISA DDA PUR AP 123456 ALDI 77012', 'ALDI'],
  ['PENDING - APPLE.COM/BILL 866-712-7753 CA', 'Apple.com/Bill'],
  ['POS MERCHANDISE;MCDONALD\'S #112', 'McDonald\'s'],
  ['MISCELLANEOUS PAYMENTS;Joe\'s Bald Hairstyles', 'Joe\'s Bald Hairstyles'],
  ['SEPA LASTSCHRIFT STADTWERKE MÜNCHEN', 'Stadtwerke München'],
  ['ACH DEBIT COMCAST CABLE 8005551234', 'Comcast Cable'],
  ['ACH WITHDRAWAL VERIZON WIRELESS', 'Verizon Wireless'],
  ['DIRECT DEPOSIT ACME CORP PAYROLL PPD ID: 1234567890', 'Acme Corp Payroll'],
  ['ACME CORP DES:PAYROLL ID:XXXXX12345 INDN:JANE DOE CO ID:9111111111 PPD', 'Acme Corp'],
  ['ZELLE PAYMENT TO JOHN SMITH CONF# ABC123XYZ', 'John Smith'],
  ['ONLINE PAYMENT TO CITY WATER DEPT', 'City Water Dept'],
  ['BILL PAYMENT PG&E 11/18', 'PG&E'],
  // Processors and marketplaces
  ['SQ *BLUE BOTTLE COFFEE OAKLAND CA', 'Blue Bottle Coffee'],
  ['TST* THE LOCAL DINER', 'The Local Diner'],
  ['PAYPAL *SPOTIFY 4029357733 SE', 'Spotify'],
  ['PP*ETSY INC', 'Etsy Inc'],
  ['AMZN MKTP US*2K4LM9XQ3 AMZN.COM/BILL WA', 'Amzn Mktp'],
  ['AMAZON.COM*RT4GH2LK1 SEATTLE WA', 'Amazon.com'],
  ['UBER *TRIP HELP.UBER.COM CA', 'Uber Trip'],
  // Numbers
  ['AUTH # 004512 JOES PIZZA', 'Joes Pizza'],
  ['CARD ENDING IN 1234 SAFEWAY 1711', 'Safeway'],
  ['USPS PO 5412340123 11:42 AM', 'USPS Po'],
  ['NETFLIX.COM 866-579-7172 CA', 'Netflix.com'],
  ['THE HOME DEPOT #1234', 'The Home Depot'],
  ['RETURNED CHECK FEE, CHECK # 319 FOR $45.33 ON 04/07/11', 'Returned Check Fee'],
  ['REWE SAGT DANKE 54321 2026-11-18 18:05:59', 'Rewe Sagt Danke'],
  ['FOREVER 21', 'Forever 21'],
  ['24/7 GYM', '24/7 Gym'],
  // Places
  ['STARBUCKS STORE 12345 SEATTLE WA', 'Starbucks'],
  ['TARGET        00012345 MINNEAPOLIS    MN', 'Target'],
  ['CORNER BAKERY   EL CERRITO   CA', 'Corner Bakery'],
  ['WAL-MART #2345 BENTONVILLE AR US', 'Wal-Mart'],
  ['7-ELEVEN 35123 LAS VEGAS NV', '7-Eleven'],
  ['CVS/PHARMACY #04321 SAN JOSE CA', 'CVS/Pharmacy'],
  ['PURCHASE 11/18 SAFEWAY #1711 PALO ALTO, CA', 'Safeway'],
  ['HARBOR CAFE, PORTLAND ME USA', 'Harbor Cafe'],
  ['GREAT LAKES BREWING CO', 'Great Lakes Brewing Co'],
  ['Trader Joe\'s #552 Portland OR', 'Trader Joe\'s'],
  // What is a name already
  ['  Green   Grocer\t', 'Green Grocer'],
  ['H&M', 'H&M'],
  ['INTEREST PAYMENT', 'Interest Payment'],
  ['李雷 12345678', '李雷'],
  // Between people, though it is called a transfer
  ['TRANSFER FROM JOHN SMITH', 'Transfer From John Smith'],
  ['T-MOBILE 8005551234', 'T-Mobile'],
  ['CARD FACTORY', 'Card Factory'],
])('"%s" was paid to or by "%s"', (rawDescription, expected) => {
  expect(partyOf(rawDescription)).toBe(expected);
});

it.each([
  'PAYMENT TO CARD ENDING IN 9876', 'TRANSFER TO SAV ENDING IN 1111', 'Online Banking transfer from CHK 5678 Confirmation# 1', 'DEPOSIT *MOBILE CA',
  'TRANSFER TO SAVINGS XXXX1234', 'TRANSFER FROM CHECKING ENDING IN 4821', 'INTERNET TRANSFER FROM ACCOUNT ENDING 4321', 'CREDIT CARD PAYMENT', 'PAYMENT THANK YOU - WEB', 'ATM WITHDRAWAL', 'CHECK 1234',
  'PURCHASE', 'POS 11/18 #12', '1234567890', '', '  ',
])('"%s" names nobody', (rawDescription) => {
  expect(partyOf(rawDescription)).toBeNull();
});

it('is null or text of 1 to 512 characters, with a letter and no stray white space, whatever a bank writes', () => {
  const words = fc.constantFrom('POS', 'PURCHASE', 'SQ *', '#', '11/18', 'CARD', 'XXXX1234', 'CA', 'US', 'SAN', ',', '|', '*', 'İ', '  ', '\t', 'DES:', 'A1', 'BAKERY', '😀', '12345');
  const descriptions = fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.array(words, { maxLength: 200 }).map((parts) => parts.join(' ')), words.map((word) => word.repeat(600)));
  fc.assert(
    fc.property(descriptions, (rawDescription) => {
      const party = partyOf(rawDescription);
      expect(partyOf(rawDescription)).toBe(party);
      if (party === null) return;
      expect(Array.from(party).length).toBeLessThanOrEqual(512);
      expect(party).toBe(party.trim());
      expect(party).toMatch(/\p{L}/u);
    }),
    { numRuns: 1000 },
  );
});
