import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suggestNames, UserError } from '@bringup/process';
import { PLUGIN } from './declaration.js';

/** What Nx calls the two things that have a schema, and the directory of each. */
export type SchemaKind = 'executors' | 'generators';

const SOURCES = join(__dirname, '..', '..', 'src');

/** The names of all executors or generators. */
export function schemaNames(kind: SchemaKind): string[] {
  const entries = readdirSync(join(SOURCES, kind), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Refuses options that an executor or a generator does not have. Its schema lets them through for Nx, which would only say that they
 * are not found in it.
 *
 * @throws UserError `UNKNOWN_OPTION` with the near names
 */
export function checkOptions(kind: SchemaKind, name: string, options: object): void {
  const text = readFileSync(join(SOURCES, kind, name, 'schema.json'), 'utf8');
  const known = Object.keys((JSON.parse(text) as { properties: object }).properties);
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const hint = known.length > 0 ? suggestNames(unknown, known) : 'It has none';
  const message = `${unknown} is no option of ${PLUGIN}:${name}. ${hint}`;
  throw new UserError('UNKNOWN_OPTION', message, { option: unknown, name });
}
