/**
 * What banks put around the name of a payee. Every pattern repeats a class of characters once, so that none of them can take more
 * than linear time on a description made to hurt; lint holds that.
 */

/** How the payment was made, before the name; taken off as often as one stands there. */
const PREFIXES = [
  '(?:pos|pin|debit|credit|check|point of sale)(?: card)? (?:purchase|debit|withdrawal|merchandise|transaction|return|refund|payment|pur)',
  '(?:visa|mastercard|mc|maestro|amex|discover|interac)(?: dda| check| debit| credit)?(?: card)?(?: purchase| pur)?(?: ap)?',
  '(?:debit|credit|check|bank|atm)[ -]?(?:card|crd)(?: purchase| payment)?',
  '(?:signature|contactless|online|internet|international|intl|non-pin|dbt|dda) (?:purchase|pur|debit)',
  '(?:purchase|recurring payment|recurring purchase|payment|return) (?:authorized|auth|on)(?: on)?',
  '(?:purchase|recurring|pending|preauthorized|pre-authorized|pre-auth)(?: debit| credit| payment| card purchase)?',
  '(?:ach|electronic|external|eft|e-check|echeck)(?: web| tel| ppd| ccd)?(?: debit| credit| withdrawal| deposit| payment| pmt| transfer| transaction| hold| pull)?',
  '(?:direct deposit|direct debit|direct dep|dir dep|automatic withdrawal|automatic payment|autopay payment|standing order|miscellaneous payments)',
  '(?:online |web |mobile )?(?:bill payment|bill pay|bill pmt|bill paid)(?: to)?',
  '(?:online|web|mobile|electronic) (?:payment|pmt|pymt)(?: to)?',
  '(?:zelle|venmo|interac e-transfer)(?: payment| transfer| standard transfer| instant pmt| recurring payment)? (?:to|from)',
  'pos|ach|eft|debit|dbt|checkcard|sepa|sepa lastschrift|lastschrift|kartenzahlung|girocard|bacs|faster payment|fpo|bgc',
].join('|');

export const PREFIX = new RegExp(`^(?:${PREFIXES})(?=[ :;,*|-]|$)[ :;,*|-]*`, 'i');

/** Payment processors that put themselves before the name of a shop. */
export const PROCESSOR = /^(?:sq|sqc|gosq\.com|tst|paypal|pp|pypl|in|sp|dd|eb|py|bt|fs|ic|iz|cke|cko|wpy|sumup|zettle|izettle|stripe|toast|clover|payu|adyen|mollie|gpay|venmo|cash app|google pay|apple pay) ?\* ?/i;

/** All after the name in an ACH entry: its purpose, the receiver, the originator's number. */
export const ACH_DETAILS = / (?:DES|INDN|ORIG CO NAME|ORIG ID|DESC DATE|CO ENTRY DESCR|CO ID|SEC|TRACE|PPD ID|WEB ID|CCD ID|TEL ID|PPD|CCD)(?: ?:|(?= ?\d)).*$/i;

/**
 * Words that say how money moved, or which account it came from or went to. Text of nothing else, such as `Transfer to Savings`
 * or `Mobile Deposit`, names nobody. In small letters, without punctuation.
 */
export const FILLER_WORDS = new Set(
  [
    'transfer transfers xfer tfr trf payment payments pmt pymt deposit deposits dep withdrawal withdrawals wdl debit credit cash',
    'online internet web mobile phone telephone electronic automatic auto autopay recurring scheduled instant external internal',
    'bank banking ach eft atm pos sepa wire funds overdraft protection purchase direct bill pay thank you thanks',
    'account accounts acct acc ac card cards crd checking chequing chk check cheque savings saving sav loan',
    'to from between ending ends end in with the my your of for on via by and number nbr num no ref reference conf confirmation id',
    'umbuchung übertrag überweisung lastschrift kartenzahlung',
  ].flatMap((line) => line.split(' ')),
);

/** Dates, times, card, authorization, reference, phone and store numbers, wherever they stand. */
export const DETAILS = new RegExp(
  [
    String.raw`\b(?:on |date |eff(?:ective)? date )?\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b`,
    String.raw`\b(?:on |date )?(?:(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])|(?:[0-2]\d|3[01])/(?:0\d|1[0-2]))\b`,
    String.raw`(?:\b(?:for|amt|amount) )?[$€£] ?\d[\d.,]{0,20}`,
    String.raw`\b(?:at )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?`,
    String.raw`\b(?:card|acct|account|debit card|visa|mc|cc)?(?: ending)?(?: in)? ?[x*.•]{2,20}[ -]?\d{2,6}\b`,
    String.raw`\b(?:card|acct|account)(?: number| no\.?| nbr)?(?: ending)?(?: in)? ?#?:? ?\d{3,19}\b`,
    String.raw`\bx\d{4}\b`,
    String.raw`\b(?:auth(?:orization)?|appr(?:oval)?|ref(?:erence)?|trace|conf(?:irmation)?|trans(?:action)?|txn|seq|inv(?:oice)?|order|id|pmt id|terminal|term|store|str|unit|loc|shop|site|stn)(?: id| code| number| num| nbr| no)?\.?(?: ?[#:] ?|[ :#])(?=[a-z]{0,4}\d)[a-z0-9-]{1,40}`,
    String.raw`(?:\b(?:check|store|no\.?|nr\.?) ?)?# ?\d[a-z0-9-]{0,20}`,
    String.raw`\+?\b\d{0,1}[ -.]?\(?\d{3}\)?[ -.]\d{3}[ -.]\d{4}\b`,
    String.raw`\b\d{3}-\d{7}\b`,
    String.raw`\*(?=[a-z]{0,10}\d)[a-z0-9]{6,20}\b`,
    String.raw`\b[a-z]{0,3}\d{4,30}\b`,
    String.raw`\b(?=[a-z]{0,9}\d[a-z]{0,9}\d[a-z]{0,9}\d)[a-z0-9]{8,30}\b`,
  ].join('|'),
  'gi',
);

const STATES =
  'AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|ON|QC|BC|AB|MB|SK|NS|NB';

/** The end of a description that is a state or a province, with or without the country. */
export const STATE_AT_END = new RegExp(`(?:^|[ ,])(${STATES})(?:,? (?:USA?|CAN?))?$`);

/** States that are words or parts of a company's name just as well; alone they prove no place. */
export const DOUBTFUL_STATE = /^(?:CO|IN|OR|ME|OK|HI|ID|DE|LA|AL|ON|AB|MA|PA)$/;

export const COUNTRY_AT_END = / (?:US|USA|CAN|GB|GBR|DE|DEU|IRL|NLD|LUX)$/;

/** First and last words of cities of two words. */
export const CITY_FIRST_WORD =
  /^(?:SAN|SANTA|LOS|LAS|NEW|EL|FORT|FT|ST|SAINT|PALO|MOUNTAIN|LONG|WEST|EAST|NORTH|SOUTH|LAKE|GRAND|CEDAR|OVERLAND|BATON|COLORADO|VIRGINIA|KANSAS|OKLAHOMA|JERSEY|DES|LITTLE|SILVER|CORPUS|REDWOOD|ANN|SIOUX|GREEN|ROUND|COLLEGE|CHAPEL|PORT|MOUNT|MT|KEY|BOCA|CORAL|DALY|CULVER|BEVERLY|FOSTER)$/;
export const CITY_LAST_WORD = /^(?:CITY|BEACH|SPRINGS|HEIGHTS|PARK|GROVE|FALLS|VALLEY|HILLS|HILL|ISLAND|LAKE|POINT|RAPIDS|JUNCTION)$/;
