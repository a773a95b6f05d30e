import type { CalendarDate } from '../dates.ts';
import { formatMoney, type Decimal } from '../money.ts';

/** Says that Unallocated held less than a fund event wanted. */
export function fundingWarning(budgetName: string, date: CalendarDate, wanted: Decimal, available: Decimal, currency: string): string {
  return shortage(budgetName, date, wanted, 'Unallocated', available, currency);
}

/** Says that a fill-up held less than its recurring budget needed at a recurrence. */
export function fillupWarning(budgetName: string, date: CalendarDate, wanted: Decimal, available: Decimal, currency: string): string {
  return shortage(budgetName, date, wanted, 'its fill-up', available, currency);
}

function shortage(budgetName: string, date: CalendarDate, wanted: Decimal, source: string, available: Decimal, currency: string): string {
  const money = (amount: Decimal): string => `${formatMoney(amount, currency)} ${currency}`;
  const consequence = available.greaterThan(0) ? 'which was moved' : 'so nothing was moved';
  return `${date} ${budgetName}: wanted ${money(wanted)}, but ${source} held ${money(available)}, ${consequence}.`;
}
