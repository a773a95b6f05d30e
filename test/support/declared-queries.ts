/**
 * What the sources declare of their SQL statements, read with TypeScript's own compiler: where each is declared, what its
 * rows look like, and what is passed for its parameters.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Where `query` and `unpreparedQuery` are. */
const DECLARER = `${ROOT}src/db/database.ts`;

/** What a value is in TypeScript; `texts` is one of a few texts, `instant` an InstantText, and `any` anything, or only null. */
export const ITEM_KINDS = ['string', 'texts', 'instant', 'number', 'boolean', 'date', 'object', 'any'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
export type Kind = ItemKind | `${ItemKind}[]`;

/** A property of a row. */
export interface DeclaredValue {
  kind: Kind;
  isNullable: boolean;
}

/** One call that declares statements: in a function it makes several of the same type. */
export interface DeclaredQuery {
  /** `src/…/file.ts:line:column` of the call. */
  place: string;
  /** The file's path on this machine. */
  file: string;
  /** By column; undefined: nobody reads the rows (`query<object>`). */
  row: ReadonlyMap<string, DeclaredValue> | undefined;
  /** Each place that runs it with its parameters written out one by one, and what they are. */
  uses: { place: string; parameters: readonly Kind[] }[];
}

/** @returns each call of `query` and `unpreparedQuery` in the sources; of a generic row only what it always has */
export function declaredQueries(): DeclaredQuery[] {
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)).config, ts.sys, ROOT);
  const names = config.fileNames.filter((name) => name.startsWith(`${ROOT}src/`) && name !== DECLARER && mentionsQueries(name));
  const program = ts.createProgram(names, config.options);
  const sources = names.flatMap((name) => program.getSourceFile(name) ?? []);
  const reader = new DeclarationReader(program.getTypeChecker());
  for (const source of sources) visit(source, (node) => { reader.readDeclaration(node); });
  for (const source of sources) visit(source, (node) => { reader.readUse(node); });
  return [...reader.statements.values()];
}

/** To look at every call of every file would take three times as long. */
function mentionsQueries(name: string): boolean {
  return /\b(?:query|unpreparedQuery)\b/.test(ts.sys.readFile(name) ?? '');
}

class DeclarationReader {
  readonly statements = new Map<ts.Node, DeclaredQuery>();
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Adds the statement if the node declares one. */
  readDeclaration(node: ts.Node): void {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || !this.#declaresQueries(node.expression)) return;
    this.statements.set(node, { place: placeOf(node), file: node.getSourceFile().fileName, row: this.#rowOf(node), uses: [] });
  }

  /** Adds the use if the node runs a statement that was read before. */
  readUse(node: ts.Node): void {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || !/^rows?$/.test(node.expression.name.text)) return;
    const [prepared, parameters] = node.arguments;
    const declared = prepared && this.#declarationOf(prepared);
    if (!declared || (parameters && !ts.isArrayLiteralExpression(parameters))) return;
    const elements = parameters?.elements ?? [];
    if (elements.some((element) => ts.isSpreadElement(element))) return;
    declared.uses.push({ place: placeOf(node), parameters: elements.map((element) => this.#valueOf(this.#checker.getTypeAtLocation(element)).kind) });
  }

  /** Says whether a function is one of those that make statements, under whatever name. */
  #declaresQueries(called: ts.Identifier): boolean {
    const [signature] = this.#checker.getTypeAtLocation(called).getCallSignatures();
    return signature?.declaration?.getSourceFile().fileName === DECLARER && signature.getReturnType().symbol.name === 'Query';
  }

  #rowOf(call: ts.CallExpression): DeclaredQuery['row'] {
    const carrier = this.#checker.getTypeAtLocation(call).getProperty('row');
    const row = carrier && this.#checker.getTypeOfSymbolAtLocation(carrier, call).getNonNullableType();
    if (!row || row.flags & ts.TypeFlags.NonPrimitive) return undefined;
    return new Map(row.getProperties().map((property) => [property.name, this.#valueOf(this.#checker.getTypeOfSymbolAtLocation(property, call))]));
  }

  #declarationOf(expression: ts.Expression): DeclaredQuery | undefined {
    const declaration = this.#checker.getSymbolAtLocation(expression)?.valueDeclaration;
    const call = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : expression;
    return call && this.statements.get(call);
  }

  #valueOf(type: ts.Type): DeclaredValue {
    const parts = type.isUnion() ? type.types : [type];
    const present = parts.filter(({ flags }) => !(flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)));
    const kinds = new Set(present.map((part) => this.#kindOf(part)));
    const isUnknown = Boolean(type.flags & ts.TypeFlags.Unknown);
    const [kind = 'any'] = kinds;
    return { kind: kinds.size > 1 ? 'any' : kind, isNullable: isUnknown || present.length < parts.length };
  }

  #kindOf(type: ts.Type): Kind {
    const item = this.#checker.isArrayType(type) && type.getNumberIndexType();
    if (item) return arrayOf(this.#valueOf(item).kind);
    if (type.isStringLiteral()) return 'texts';
    if (type.flags & ts.TypeFlags.TemplateLiteral) return 'instant';
    // A branded text is an intersection.
    if (type.flags & ts.TypeFlags.String || (type.isIntersection() && type.types.some(({ flags }) => flags & ts.TypeFlags.String))) return 'string';
    if (type.flags & ts.TypeFlags.NumberLike) return 'number';
    if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean';
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return 'any';
    return type.symbol.name === 'Date' ? 'date' : 'object';
  }
}

/** Nothing passes lists of lists. */
function arrayOf(kind: Kind): Kind {
  const item = ITEM_KINDS.find((known) => known === kind);
  return item === undefined ? 'any' : `${item}[]`;
}

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(ROOT, source.fileName)}:${line + 1}:${character + 1}`;
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => { visit(child, see); });
}
