/** An OFX aggregate as ofx-js gives it: a value is text, what repeats is an array. */
export type OfxNode = Readonly<Record<string, unknown>>;

/** Says whether a parsed element is an aggregate. */
export function isNode(value: unknown): value is OfxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All aggregates of a name inside another, in the order of the file. */
export function children(node: OfxNode, name: string): OfxNode[] {
  const value = node[name];
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

/** The first aggregate of a name inside another. */
export function child(node: OfxNode, name: string): OfxNode | undefined {
  return children(node, name)[0];
}

/** The first value of a name inside an aggregate, trimmed and without control characters; '' when there is none. */
export function text(node: OfxNode, name: string): string {
  const value = node[name];
  const first: unknown = Array.isArray(value) ? value.find((item) => typeof item === 'string') : value;
  // A line break inside a value lays out the file; other control characters have no meaning, and Postgres refuses NUL.
  return typeof first === 'string' ? first.replaceAll(/[\t\r\n]+/g, ' ').replaceAll(/\p{Cc}/gu, '').trim() : '';
}
