import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const CONDITIONAL = /^\s*(ifeq|ifneq|ifdef|ifndef|else|endif)\b/;
const ASSIGNMENT =
  /^ *(?:(?:export|override)\s+)*(?:[^\t:=#][^:=#]*:\s+)?([^\s:=#?+!]+)\s*(?:::?:?|\?|\+|!)?=/;
/** Variables that are recipes. */
const RECIPE = /^((quiet_)?cmd|rule|filechk)_/;

/**
 * A hash of the lines of a Makefile whose change make does not notice. Kbuild compares each command line with the one that
 * made an object (`if_changed` of scripts/Kbuild.include), so it notices a changed list of objects or flags. It does not
 * compare recipes.
 */
function rulesDigest(text: string): string {
  const rules: string[] = [];
  let inDefine = false;
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    if (/^\s*define\b/.test(line)) inDefine = true;
    if (inDefine || isRule(line)) rules.push(line.trimEnd());
    if (/^\s*endef\b/.test(line)) inDefine = false;
  }
  return createHash('sha1').update(rules.join('\n')).digest('hex').slice(0, 16);
}

function isRule(line: string): boolean {
  if (!line.startsWith('\t')) {
    const code = line.replace(/(^|\s)#.*/, '').trim();
    if (code === '' || CONDITIONAL.test(code)) return false;
    const name = ASSIGNMENT.exec(code)?.[1];
    return name === undefined || RECIPE.test(name);
  }
  return true;
}

/** {@link rulesDigest} of a Makefile that has lists and flags alone, or does not exist. */
export const NO_RULES = rulesDigest('');

/** {@link rulesDigest} of a file. */
export async function rulesDigestOf(path: string | Buffer): Promise<string> {
  return rulesDigest(await readFile(path, 'latin1').catch(() => ''));
}
