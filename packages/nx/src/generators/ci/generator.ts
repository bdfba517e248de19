import { detectPackageManager, getPackageManagerCommand } from '@nx/devkit';
import { installLine, UserError } from '@bringup/process';
import { hostPackages } from '../../host/host-report.js';
import type { CiGeneratorOptions } from '../../generated/ci-generator-options.js';
import { asGenerator } from '../run-generator.js';
import { githubWorkflow, gitlabPipeline } from './pipelines.js';

/** Packages that a bare Debian lacks for npm packages and for the pipeline itself. */
const ALWAYS = ['ca-certificates', 'ccache', 'git'];

const FILES = { github: '.github/workflows/bringup.yml', gitlab: '.gitlab-ci.yml' } as const;

/** `nx g @bringup/nx:ci` */
export default asGenerator<CiGeneratorOptions>(async (workspace, { provider, branch = 'main' }) => {
  // The name goes into YAML and into shell commands.
  if (!/^[\w][\w./-]*$/.test(branch)) {
    throw new UserError('BAD_BRANCH', `branch: "${branch}" is not a usable branch name`, {
      branch,
    });
  }
  const { tree } = workspace;
  const manager = detectPackageManager(tree.root);
  const commands = getPackageManagerCommand(manager, tree.root);
  const packages = [...ALWAYS, ...(await hostPackages(workspace.declarations(), tree.root))];
  // apt needs the source entries that Debian's own images leave out; Bringup derives them, so root does not have to add any.
  const install = installLine(packages, 'debian')!.replace(
    'install',
    'install --yes --no-install-recommends',
  );
  const corepack = manager === 'npm' || manager === 'bun' ? '' : 'corepack enable && ';
  const pipeline = {
    branch,
    install,
    npmInstall: `${corepack}${commands.ciInstall}`,
    nx: `${commands.exec} nx`,
  };
  const text = provider === 'github' ? githubWorkflow(pipeline) : gitlabPipeline(pipeline);
  const path = FILES[provider];
  if (tree.exists(path) && tree.read(path, 'utf8') !== text) {
    const message = `${path} is there already. Move it away, and run this again: it is not merged`;
    throw new UserError('FILE_EXISTS', message, { path });
  }
  tree.write(path, text);
  workspace.notes.push(
    `${path} installs what this workspace's targets need today. After adding projects of another kind, write it anew.`,
    'Commit bringup.lock: a pipeline builds from it, and resolves nothing by itself.',
  );
});
