import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLUGIN } from './declaration.js';
import type { OptionSchema } from './option-schema.js';
import { checkValues } from './option-values.js';

/** What Nx calls the two things that have a schema, and the directory of each. */
export type SchemaKind = 'executors' | 'generators';

const SOURCES = join(__dirname, '..', '..', 'src');

/** The names of all executors or generators. */
export function schemaNames(kind: SchemaKind): string[] {
  const entries = readdirSync(join(SOURCES, kind), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Refuses options that an executor or a generator does not have, and values that it does not take. Its schema lets them through
 * for Nx, which would only say that they are not found in it, or print all of it.
 *
 * @throws UserError as `checkValues` does, with the near names
 */
export function checkOptions(kind: SchemaKind, name: string, options: object): void {
  const text = readFileSync(join(SOURCES, kind, name, 'schema.json'), 'utf8');
  checkValues(JSON.parse(text) as OptionSchema, options, `${PLUGIN}:${name}`);
}
