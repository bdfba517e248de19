import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLUGIN } from './declared-kinds.js';
import type { OptionSchema } from './option-schema.js';
import { checkValues } from './option-values.js';

/** Nx's names of the two things that have a schema. Each has a list, such as `executors.json`. */
export type SchemaKind = 'executors' | 'generators';

const PACKAGE_ROOT = join(__dirname, '..', '..');

function readList(kind: SchemaKind): Readonly<Record<string, { readonly schema: string }>> {
  const text = readFileSync(join(PACKAGE_ROOT, `${kind}.json`), 'utf8');
  return (JSON.parse(text) as Record<SchemaKind, Record<string, { schema: string }>>)[kind];
}

/** The names of all executors or generators. */
export function schemaNames(kind: SchemaKind): string[] {
  return Object.keys(readList(kind));
}

/** The `schema.json` of an executor or a generator, which lies beside its code. */
export function schemaFile(kind: SchemaKind, name: string): string {
  return join(PACKAGE_ROOT, readList(kind)[name]!.schema);
}

/**
 * Refuses options that an executor or a generator does not have, and values that it does not take. Its schema lets them through
 * for Nx, which would only say that they are not found in it, or print all of it.
 *
 * @throws UserError as `checkValues` does, with the near names
 */
export function checkOptions(kind: SchemaKind, name: string, options: object): void {
  const text = readFileSync(schemaFile(kind, name), 'utf8');
  checkValues(JSON.parse(text) as OptionSchema, options, `${PLUGIN}:${name}`);
}
