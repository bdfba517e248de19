/** A child's whole environment: nothing is inherited. */
export type Environment = Readonly<Record<string, string>>;

const SYSTEM_DIRECTORIES = ['/usr/sbin', '/sbin'];

/**
 * The environment every child starts from. Only what cannot change an artifact is taken from the caller
 * (`PATH`, whose tools are checked by version; `TMPDIR`; `TERM`), so a user's `CFLAGS`, `ARCH`,
 * `MAKEFLAGS` or `LANG` never reaches a build.
 *
 * @param extra variables to add, or to replace these
 * @param from the caller's environment
 */
export function scrubbedEnvironment(
  extra: Record<string, string> = {},
  from: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const kept: Record<string, string> = {};
  for (const name of ['PATH', 'TMPDIR', 'TERM']) {
    const value = from[name];
    if (value !== undefined) kept[name] = value;
  }
  // Debian keeps mkfs.fat, mke2fs and sfdisk where root alone looks.
  const path = [kept.PATH, ...SYSTEM_DIRECTORIES.filter((name) => !kept.PATH?.split(':').includes(name))];
  return { ...kept, PATH: path.filter(Boolean).join(':'), LC_ALL: 'C', TZ: 'UTC', ...extra };
}
