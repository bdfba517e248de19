import { UserError } from '@bringup/process';
import type { HostEntryFile } from './model.js';

/** One entry of apt's, as the fields of a deb822 stanza under their canonical names; a value keeps its folded lines. */
type AptEntry = Readonly<Record<string, string>>;

/** Options of the one-line format and the deb822 fields they stand for (sources.list(5)). */
const FIELDS: Readonly<Record<string, string>> = {
  arch: 'Architectures',
  'arch+': 'Architectures-Add',
  'arch-': 'Architectures-Remove',
  trusted: 'Trusted',
  'signed-by': 'Signed-By',
  'by-hash': 'By-Hash',
  pdiffs: 'PDiffs',
  snapshot: 'Snapshot',
  'allow-insecure': 'Allow-Insecure',
  'allow-weak': 'Allow-Weak',
  'allow-downgrade-to-insecure': 'Allow-Downgrade-To-Insecure',
  'check-valid-until': 'Check-Valid-Until',
  'valid-until-min': 'Valid-Until-Min',
  'valid-until-max': 'Valid-Until-Max',
  'check-date': 'Check-Date',
  'date-max-future': 'Date-Max-Future',
  'inrelease-path': 'InRelease-Path',
};

/** Which indexes are fetched is decided here, whatever the host's entries ask for. */
const REPLACED = new Set([
  'types',
  'enabled',
  'languages',
  'languages-add',
  'languages-remove',
  'targets',
  'targets-add',
  'targets-remove',
]);
const CANONICAL = new Map(
  ['URIs', 'Suites', 'Components', ...Object.values(FIELDS)].map((name) => [name.toLowerCase(), name]),
);

/** Reads the one-line format: `deb [option=value …] URI suite component…`. */
export function parseOneLineEntries(text: string, file: string): AptEntry[] {
  const entries: AptEntry[] = [];
  text.split('\n').forEach((raw, index) => {
    // A '#' inside of [options] is part of a value.
    const line = raw.replace(/^((?:[^#[]|\[[^\]]*\])*)#.*$/, '$1').trim();
    if (!line) return;
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/.exec(line);
    if (!match)
      throw new UserError('APT_ENTRY_INVALID', `${file}:${index + 1}: not an apt entry: ${line}`, {
        file,
        line: index + 1,
      });
    const [, , options = '', uri = '', suite = '', components = ''] = match;
    const fields: Record<string, string> = { URIs: uri, Suites: suite };
    if (components.trim()) fields['Components'] = components.trim().split(/\s+/).join(' ');
    for (const option of options.split(/\s+/).filter(Boolean)) {
      const [, name = '', value = ''] = /^([^=]*?[+-]?)=(.*)$/.exec(option) ?? [];
      const field = FIELDS[name.toLowerCase()];
      if (field) fields[field] = value.replaceAll(',', ' ');
    }
    entries.push(fields);
  });
  return entries;
}

/** Reads deb822 stanzas; those that say `Enabled: no` are left out. */
export function parseDeb822Entries(text: string): AptEntry[] {
  // Comments may stand anywhere, also between the folded lines of a field.
  const lines = text
    .replaceAll('\r', '')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  return lines
    .map((line) => (line.trim() ? line.trimEnd() : ''))
    .join('\n')
    .split(/\n{2,}/)
    .map(parseStanza)
    .filter((fields) => fields !== undefined);
}

function parseStanza(stanza: string): AptEntry | undefined {
  const all = new Map<string, string>();
  for (const [, name = '', value = ''] of stanza.matchAll(/^([^\s:#][^:\n]*):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    all.set(name.toLowerCase(), value);
  }
  if (!all.has('uris') || !all.has('suites')) return undefined;
  // The words that apt takes for "no".
  if (/^(no|false|without|off|disable|0)$/i.test(all.get('enabled')?.trim() ?? '')) return undefined;
  const fields: Record<string, string> = {};
  for (const [name, value] of all) {
    const canonical = CANONICAL.get(name);
    if (canonical && !REPLACED.has(name)) fields[canonical] = value;
  }
  return fields;
}

/** All usable entries of the files. CDs are left out, because a build cannot ask for one. */
export function readEntries(files: readonly HostEntryFile[]): AptEntry[] {
  return files
    .flatMap(({ name, text }) =>
      name.endsWith('.sources') ? parseDeb822Entries(text) : parseOneLineEntries(text, name),
    )
    .filter((entry) => !entry['URIs']?.trim().startsWith('cdrom:'));
}

/** Writes entries as deb822 that fetch the package lists and source lists, and nothing else. */
export function formatEntries(entries: readonly AptEntry[]): string {
  const stanzas = entries.map((entry) =>
    [
      'Types: deb deb-src',
      ...['URIs', 'Suites', 'Components', ...Object.values(FIELDS)]
        .filter((name) => entry[name] !== undefined)
        .map((name) => `${name}: ${entry[name]}`),
      'Languages: none',
      'Targets: Packages Sources',
    ].join('\n'),
  );
  // A host has `deb` and `deb-src` of one place as two entries, which are one here.
  return [...new Set(stanzas)].map((stanza) => `${stanza}\n`).join('\n');
}
