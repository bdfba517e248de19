import { join } from 'node:path';
import { UserError } from '@bringup/process';
import { countsIn, isForSomeVersions, type ConfigRequest, type TreeVersion } from '@bringup/kconfig';
import type { KconfigProgram } from '../programs/programs.js';
import { readTreeVersion } from '../programs/tree-version.js';

/** Requests, divided by the version of the tree. */
export interface RequestsByVersion {
  /** Those that count in this tree, in order. */
  readonly requests: readonly ConfigRequest[];
  /** Those that `# since:` or `# before:` keeps for other versions. */
  readonly otherVersions: readonly ConfigRequest[];
  /** The version of the tree; undefined where no request asks for it. */
  readonly version: TreeVersion | undefined;
}

/** Requests that a configuration leaves out, and the version of the tree. */
export interface LeftOut {
  readonly version: TreeVersion;
  readonly requests: readonly ConfigRequest[];
}

/** The requests that base and fragments leave out together; undefined where all are for all versions. */
export function joinLeftOut(...parts: readonly (LeftOut | undefined)[]): LeftOut | undefined {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 0) return undefined;
  return { version: present[0]!.version, requests: present.flatMap(({ requests }) => requests) };
}

/** The left-out part of divided requests. */
export function leftOutOf({ version, otherVersions }: RequestsByVersion): LeftOut | undefined {
  return version === undefined ? undefined : { version, requests: otherVersions };
}

/**
 * Divides requests by the version of a source tree, which is read only if a request is for some versions.
 *
 * @throws UserError `TREE_VERSION_UNKNOWN`
 */
export async function divideByVersion(
  all: readonly ConfigRequest[],
  program: KconfigProgram,
  sourcePath: string,
): Promise<RequestsByVersion> {
  const narrowed = all.find(isForSomeVersions);
  if (!narrowed) return { requests: all, otherVersions: [], version: undefined };
  const version = await readTreeVersion(sourcePath);
  if (version === undefined) {
    throw new UserError(
      'TREE_VERSION_UNKNOWN',
      `${narrowed.file}:${narrowed.line}: the request is for some versions only, but the Makefile of the ${program.title} ` +
        `source names none: there is no line "VERSION = NUMBER" in ${join(sourcePath, 'Makefile')}. ` +
        'Add it there, or remove the lines "# since:" and "# before:"',
      { file: narrowed.file, line: narrowed.line, sourcePath },
    );
  }
  const counts = (request: ConfigRequest) => countsIn(request, version);
  return {
    requests: all.filter(counts),
    otherVersions: all.filter((request) => !counts(request)),
    version,
  };
}
