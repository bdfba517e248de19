import { writeSync } from 'node:fs';
import type { Tree } from '@nx/devkit';
import { bringupHome } from '@bringup/kbuild';
import { formatSize } from '@bringup/disk';
import { DISTRIBUTIONS, hostDistribution, ToolError, UserError, type Distribution } from '@bringup/process';
import { describeSlip } from '../../plugin/check-references.js';
import { reportHost, type HostReport } from '../../host/host-report.js';
import { findStorage, storageTotals, type StorageTotals } from '../../storage/storage.js';
import { describeWalkedSources } from '../../workspace/walked-sources.js';
import type { DoctorGeneratorOptions } from '../../generated/doctor-generator-options.js';
import { referencedProjects, referencesOf } from '../../plugin/references.js';
import type { Declaration } from '../../workspace/declaration.js';
import { DECLARED_KINDS } from '../../options/declared-kinds.js';
import { GeneratedWorkspace } from '../workspace.js';

/** `nx g @bringup/nx:doctor`: writes no file. If something is missing, it fails after printing the whole report. */
export default async function doctor(tree: Tree, options: DoctorGeneratorOptions): Promise<void> {
  const workspace = new GeneratedWorkspace(tree);
  const declarations = lookedAt(workspace, options.project);
  const host = await reportHost(declarations, tree.root);
  const all = workspace.declarations();
  const entries = await findStorage({
    workspaceRoot: tree.root,
    declarations: all,
    lock: { sources: {} },
    home: bringupHome(),
  });
  const report = {
    ...host,
    slips: slipsOf(declarations, workspace.projectNames()),
    storage: storageTotals(entries),
    walkedSources: await describeWalkedSources(tree.root, all),
  };
  // At once and whole: Nx ends its process without waiting for a pipe to be drained.
  writeSync(
    1,
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : [
          formatReport(report, hostDistribution()),
          formatList('Options that name no project', report.slips),
          formatList('Source directories that slow Nx down', report.walkedSources),
          formatTotals(report.storage),
        ].join(''),
  );
  if (report.slips.length > 0) {
    const message = `options name projects that do not exist: ${report.slips.length}`;
    throw new UserError('UNKNOWN_PROJECT', message, { slips: report.slips });
  }
  if (report.missing.length === 0) return;
  const message = `missing on this machine: ${report.missing.join(', ')}`;
  throw new ToolError('TOOLS_MISSING', message, { missing: report.missing });
}

/** The options that name projects which do not exist, a sentence each. */
export function slipsOf(declarations: readonly Declaration[], projects: readonly string[]): string[] {
  const slips = declarations.flatMap((declaration) =>
    referencesOf(declaration)
      .filter(({ project }) => !projects.includes(project))
      .map((reference) => `${declaration.root}/project.json: ${describeSlip(reference, projects)}`),
  );
  return [...new Set(slips)];
}

function formatList(title: string, sentences: readonly string[]): string {
  return sentences.length === 0
    ? ''
    : `\n${title}:\n${sentences.map((sentence) => `  ${sentence}\n`).join('')}`;
}

/** How much space what is kept takes, and how to get it back. */
export function formatTotals({ kept, orphans, store }: StorageTotals): string {
  if (kept + store === 0) return '';
  const unused = orphans > 0 ? ` (${formatSize(orphans)} of it for projects that no longer exist)` : '';
  return (
    `\nOn the disk: ${formatSize(kept)} in kept directories of this workspace${unused}, ${formatSize(store)} in the store ` +
    `of sources, ${bringupHome()}. List and remove: nx g @bringup/nx:prune\n`
  );
}

/** A project and all that it is made of, or every project of the workspace. */
function lookedAt(workspace: GeneratedWorkspace, project: string | undefined): Declaration[] {
  if (project === undefined) return workspace.declarations();
  const found = new Map<string, Declaration>();
  const visit = (declaration: Declaration | undefined): void => {
    if (!declaration || found.has(declaration.project)) return;
    found.set(declaration.project, declaration);
    for (const name of referencedProjects(declaration)) visit(workspace.declarationOf(name));
  };
  visit(workspace.require('project', project, DECLARED_KINDS));
  return [...found.values()];
}

/** The report for people: a line each, and for what is missing the line of this host, or of each distribution. */
export function formatReport(
  { needs, missing, install }: HostReport,
  host: Distribution | undefined,
): string {
  if (needs.length === 0)
    return 'No project of Bringup here: nothing is needed. Add a board: nx g @bringup/nx:board\n';
  const width = Math.max(...needs.map(({ name }) => name.length));
  const lines = needs.map(({ name, version, neededBy }) =>
    version === undefined
      ? `MISSING  ${name.padEnd(width)}  needed by ${neededBy.join(', ')}`
      : `ok       ${name.padEnd(width)}  ${version}`,
  );
  if (missing.length === 0) return `${[...lines, '', 'Nothing is missing.'].join('\n')}\n`;
  const known = Object.entries(install).filter(
    ([distribution]) => host === undefined || distribution === host,
  );
  const remedies = known.map(
    ([distribution, line]) => `  ${line}   (${DISTRIBUTIONS[distribution as Distribution].title})`,
  );
  const remedy =
    remedies.length > 0
      ? ['Install what is missing:', ...remedies]
      : ['No package here is known to have it.'];
  return `${[...lines, '', ...remedy].join('\n')}\n`;
}
