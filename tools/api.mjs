/**
 * `npm run api`: writes what each package below `nx` exports, with types, into its `api.md`; `--check` fails where a report is not as
 * the code is. So a change of what others may use is seen in review, and is meant.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['process', 'kconfig', 'rootfs', 'disk', 'kbuild', 'qemu', 'gdb'];
const ENTRIES = ['index', 'graph', 'identity'];
const check = process.argv.includes('--check');

const files = PACKAGES.flatMap((name) =>
  ENTRIES.map((entry) => join(ROOT, 'packages', name, 'dist', `${entry}.d.ts`)).filter((path) =>
    existsSync(path),
  ),
);
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, types: ['node'] });
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const stale = [];
for (const name of PACKAGES) {
  const path = join(ROOT, 'packages', name, 'api.md');
  const report = describePackage(name);
  if ((existsSync(path) ? readFileSync(path, 'utf8') : '') === report) continue;
  stale.push(`packages/${name}/api.md`);
  if (!check) writeFileSync(path, report);
}
if (stale.length > 0) console.log(`${check ? 'Not as the code is' : 'Written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) {
  console.log('If others are meant to see this change, run `npm run api` and commit what it writes.');
  process.exitCode = 1;
}

function describePackage(name) {
  const directory = join(ROOT, 'packages', name, 'dist');
  const parts = files
    .filter((path) => dirname(path) === directory)
    .map((path) => {
      const entry = basename(path, '.d.ts');
      const title = entry === 'index' ? `@bringup/${name}` : `@bringup/${name}/${entry}`;
      return `\n## \`${title}\`\n\n\`\`\`ts\n${exportsOf(path).join('\n\n')}\n\`\`\`\n`;
    });
  return `# What \`@bringup/${name}\` exports\n\nWritten by \`npm run api\`: do not edit.\n${parts.join('')}`;
}

/** The exports of a module as TypeScript declarations, sorted by name. */
function exportsOf(path) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path));
  return checker
    .getExportsOfModule(module)
    .map((exported) => [exported.name, describe(exported)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
}

function describe(exported) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  return symbol
    .getDeclarations()
    .map((declaration) => {
      const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      const text = printer.printNode(ts.EmitHint.Unspecified, statement, declaration.getSourceFile());
      return text.replace(/^export (declare )?/, '');
    })
    .join('\n');
}
