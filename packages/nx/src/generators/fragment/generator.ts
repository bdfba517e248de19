import { posix } from 'node:path';
import { UserError } from '@bringup/process';
import type { FragmentGeneratorOptions } from '../../generated/fragment-generator-options.js';
import { appended, changeDeclared } from '../project-options.js';
import { asGenerator } from '../run-generator.js';

/** `nx g @bringup/nx:fragment` */
export default asGenerator<FragmentGeneratorOptions>((workspace, options) => {
  const { name, project, set = [], variant } = options;
  if (!/^[\w][\w.-]*$/.test(name)) {
    const message = `name: "${name}" is not a valid name for a fragment. Use letters, digits, ., _ and -`;
    throw new UserError('BAD_FRAGMENT_NAME', message, { name });
  }
  if (variant !== undefined && !/^[\w][\w.-]*$/.test(variant)) {
    const message = `variant: "${variant}" is not a valid name for an Nx configuration. Use letters, digits, ., _ and -`;
    throw new UserError('BAD_FRAGMENT_NAME', message, { variant });
  }
  const declaration = workspace.require('project', project, ['kernel', 'busybox', 'u-boot']);
  const file = `${name.replace(/\.config$/, '')}.config`;
  const path = posix.join(declaration.root, file);
  const text = formatLines(set, variant ?? project);
  const { tree } = workspace;
  if (tree.exists(path) && tree.read(path, 'utf8') !== text) {
    const message = `${path} is there already. Choose another name, or edit it`;
    throw new UserError('FILE_EXISTS', message, { path });
  }
  tree.write(path, text);
  const reference = `{projectRoot}/${file}`;
  const same = (other: unknown) => other === reference || other === path;
  changeDeclared(workspace, declaration, (declared) => {
    if (variant === undefined) {
      declared.options.fragments = appended(declared.options.fragments, reference, same);
      return;
    }
    const configurations = (declared.configurations ??= {});
    const own = Object.hasOwn(configurations, variant) ? configurations[variant]! : {};
    configurations[variant] = own;
    own.extraFragments = appended(own.extraFragments, reference, same);
  });
  const run = variant === undefined ? '' : ` -c ${variant}`;
  workspace.notes.push(`Its lines are in ${path}. Build with them: nx run ${project}:build${run}`);
});

/** Fragment lines, with `n` as Kconfig writes it: a comment (Documentation/kbuild/kconfig.rst). */
function formatLines(set: readonly string[], of: string): string {
  const lines = set.map((given) => {
    const [, symbol, value] = /^(?:CONFIG_)?(\w+)=([^\n]*)$/.exec(given.trim()) ?? [];
    if (symbol === undefined || value === undefined || value === '') {
      const message = `set: "${given}" is not SYMBOL=VALUE. Write, for example, EXT4_FS=y or LOG_BUF_SHIFT=16`;
      throw new UserError('BAD_FRAGMENT_LINE', message, { line: given });
    }
    return value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`;
  });
  return `${[`# Lines of ${of}'s own.`, '', ...lines].join('\n').trimEnd()}\n`;
}
