import { lockField } from '@bringup/kbuild';
import { hostTools, lockedToolNames } from '../../host/host-tools.js';
import { asGenerator } from '../run-generator.js';
import { readTreeLock, writeTreeLock } from '../tree-lock.js';

/** `nx g @bringup/nx:lock-tools` */
export default asGenerator(async (workspace) => {
  const { tree, notes } = workspace;
  const given = {
    workspaceRoot: tree.root,
    declarations: workspace.declarations(),
    declarationOf: (name: string) => workspace.declarationOf(name),
  };
  const found = await hostTools(given);
  const lock = readTreeLock(tree);
  const tools = { ...lock.tools };
  for (const [name, line] of Object.entries(found)) {
    const was = tools[lockField(name)];
    tools[lockField(name)] = line;
    if (was !== line) notes.push(`tool ${name}: ${line}${was === undefined ? '' : ` (was ${was})`}`);
  }
  if (notes.length === 0) notes.push('The lock names the tools of this machine already.');
  const names = await lockedToolNames(given);
  const absent = names.filter((name) => !Object.hasOwn(found, name));
  if (absent.length > 0)
    notes.push(`This machine lacks ${absent.join(', ')}, or a tool used with them: their entries stay.`);
  writeTreeLock(tree, { ...lock, tools });
});
