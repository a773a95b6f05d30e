import { issueText, type Issue, type IssueCode } from '../../errors.ts';

/** What is said of the fields of one request, in the shape that clients of Django REST framework know. */
export type FieldMessages = Record<string, string[]>;

/** Where the clients know other words than the registry's. */
const TEXTS: Partial<Record<IssueCode, string>> = {
  does_not_exist: 'Invalid pk "{id}" - object does not exist.',
};

/** Fields of the domain whose name on the wire is not just the same in snake case. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  recurrenceSchedule: 'recurrance_schedule',
  sourceBudget: 'src_budget',
  destinationBudget: 'dst_budget',
};

/** Renders the domain's issues in the native surface's names and words; those without a field go under `non_field_errors`. */
export function fieldMessagesOf(issues: readonly Issue[]): FieldMessages {
  const fields: FieldMessages = {};
  for (const issue of issues) {
    const [head] = issue.path;
    const field = head === undefined ? 'non_field_errors' : wireName(String(head));
    (fields[field] ??= []).push(issueText(issue, TEXTS));
  }
  return fields;
}

function wireName(field: string): string {
  return WIRE_NAMES[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
