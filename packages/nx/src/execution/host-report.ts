import { basename } from 'node:path';
import { probeTools } from '@bringup/kbuild';
import { diskToolVersion } from '@bringup/disk';
import { DISTRIBUTIONS, installLine, probeVersion, runProgram, type Distribution } from '@bringup/process';
import { findUefi, UEFI_ARCHES, type BoardArch } from '@bringup/qemu';
import type { Declaration } from '../project/declaration.js';
import { hostNeeds, type HostNeed } from '../project/host-needs.js';
import { needsOf } from './needs.js';

/** Something that targets need, as it was found on this host. */
export interface FoundNeed extends HostNeed {
  /** The line that names its version, or undefined when it is missing. */
  readonly version?: string;
  /** The projects whose targets need it. */
  readonly neededBy: readonly string[];
}

/** What the targets of a workspace need of the host, and how to get what is missing. */
export interface HostReport {
  readonly needs: readonly FoundNeed[];
  readonly missing: readonly string[];
  /** By distribution, the line that installs what is missing; none where it has no such package. */
  readonly install: Readonly<Partial<Record<Distribution, string>>>;
}

/** Looks for everything that projects need, each thing once. */
export async function reportHost(
  declarations: readonly Declaration[],
  workspaceRoot: string,
  probe: (need: HostNeed) => Promise<string | undefined> = probeNeed,
): Promise<HostReport> {
  const all = collectNeeds(declarations, workspaceRoot);
  const needs = await Promise.all(
    all.map(async (need) => {
      const version = await probe(need);
      return version === undefined ? need : { ...need, version };
    }),
  );
  const missing = needs.filter(({ version }) => version === undefined);
  const packages = missing.flatMap(({ debian }) => debian ?? []);
  const install = (Object.keys(DISTRIBUTIONS) as Distribution[]).flatMap((distribution) => {
    const line = installLine(packages, distribution);
    return line === undefined ? [] : [[distribution, line] as const];
  });
  return { needs, missing: missing.map(({ name }) => name), install: Object.fromEntries(install) };
}

/** Debian's packages for all that projects need, each once. */
export function hostPackages(declarations: readonly Declaration[], workspaceRoot: string): string[] {
  return [...new Set(collectNeeds(declarations, workspaceRoot).flatMap(({ debian }) => debian ?? []))].sort();
}

function collectNeeds(declarations: readonly Declaration[], workspaceRoot: string): FoundNeed[] {
  const byName = new Map<string, FoundNeed>();
  const declarationOf = (name: string) => declarations.find(({ project }) => project === name);
  for (const declaration of declarations) {
    const { project } = declaration;
    const { toolNames } = needsOf({ project, workspaceRoot, declaration, declarationOf });
    for (const need of hostNeeds(declaration, toolNames)) {
      const neededBy = byName.get(need.name)?.neededBy ?? [];
      byName.set(need.name, { ...need, neededBy: [...new Set([...neededBy, project])] });
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The line by which what is needed names its version, or undefined when this host does not have it. */
export async function probeNeed(need: HostNeed): Promise<string | undefined> {
  try {
    return await versionOf(need);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'TOOL_MISSING' || code === 'NO_UEFI') return undefined;
    // It is there, and does not name its version when it is asked.
    if (code === 'TOOL_FAILED') return need.kind === 'header' ? undefined : 'found';
    throw error;
  }
}

async function versionOf({ name, kind, prefix }: HostNeed): Promise<string> {
  if (kind === 'library') {
    const found = await probeTools({ tools: ['libc'], hostTools: [] }, prefix!);
    return Object.values(found)[0]!;
  }
  if (kind === 'header') {
    await runProgram(['gcc', '-fsyntax-only', '-include', name, '-x', 'c', '/dev/null'], {
      timeoutMs: 20_000,
    });
    return 'found';
  }
  const uefi = Object.entries(UEFI_ARCHES).find(([, firmware]) => `uefi-${firmware.name}` === name);
  if (uefi) return basename((await findUefi(uefi[0] as BoardArch)).code);
  return kind === 'tool' ? diskToolVersion(name) : probeVersion(name);
}
