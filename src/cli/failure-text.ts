import { InvalidInput, issueText, type AppError } from '../errors.ts';

/** Says in one line what a command was refused for: each issue after the value it is about, in words. */
export function failureText(failure: AppError): string {
  if (!(failure instanceof InvalidInput)) return failure.detail;
  return failure.issues.map((issue) => [...issue.path.map((part) => inWords(String(part))), issueText(issue)].join(': ')).join('; ');
}

/** `accountNumber` as `account number`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
