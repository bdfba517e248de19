/**
 * Habits of speech that have to be read twice, each with what a native speaker would say. A sentence that needs one all the same is
 * written another way: there are no exceptions.
 */
const HABITS = [
  {
    pattern: /\b(?:is|are|was|were|be|been) told\b/i,
    instead: 'say who reports it: "reports", "is reported"',
  },
  { pattern: /\b(?:is|are|was|were) said\b/i, instead: '"the message says", "is reported"' },
  { pattern: /\b(?:is|are|was|were) to be had\b/i, instead: '"is available"' },
  {
    pattern:
      /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|different\b|better\b|worse\b|matter\b)/i,
    instead: '"is not a", "has no"',
  },
  { pattern: /\bnone (?:is|are|was|were)\b/i, instead: '"there is no …"' },
  { pattern: /\bnear(?:est)? (?:one|name|value|match)\b/i, instead: '"the closest match"' },
  { pattern: /\bas (?:it|they) (?:is|are)(?=[.,;:)]|$)/i, instead: '"unchanged"' },
  { pattern: /\bthere (?:is|are|was|were)(?=[.;)]|$)/i, instead: '"exists", or what there is' },
  { pattern: /\bthere(?:of|for|from|in|upon|with|to|on)\b/i, instead: 'a pronoun: "of it", "for it"' },
  {
    pattern:
      /(?:^|[.;:] )Of (?:a|an|the|each|all|its|those|two|one|every|several|them|these|many|both)\b[^.,;:]*,/,
    instead: 'subject, verb, object, in that order',
  },
  {
    pattern: /(?:^|[.;] )(?:What|Who|Whoever) [^?]*[^?\s]$/,
    instead: 'a noun: "The files that …", "The user who …"',
  },
];

/**
 * The sentences of a file that people read: comments and texts of code, descriptions of a schema, all of a page but its code.
 *
 * @param {string} path decides how the text is read
 * @param {string} text
 * @returns {{ line: number, sentence: string }[]} lines from 1
 */
export function sentences(path, text) {
  const found = [];
  let inCode = false;
  text.split('\n').forEach((content, index) => {
    if (path.endsWith('.md') && content.startsWith('```')) inCode = !inCode;
    for (const piece of inCode ? [] : pieces(path, content))
      for (const sentence of piece.split(/(?<=[.!?])\s+(?=[A-Z`"])/))
        found.push({ line: index + 1, sentence: sentence.trim() });
  });
  return found;
}

function pieces(path, content) {
  if (path.endsWith('.md'))
    return /^#/.test(content) ? [] : content.split('|').map((cell) => cell.replace(/^\s*[-*>]\s+/, ''));
  if (path.endsWith('.json'))
    return [...content.matchAll(/"(?:description|message)": "(.*)"/g)].map(([, text]) => text);
  const comment = /^\s*(?:\/\*\*?|\*|\/\/|#)\s?(.*?)(?:\*\/)?$/.exec(content) ?? /\s\/\/ (.*)$/.exec(content);
  if (comment) return [comment[1].replace(/^@\w+ (?:\w+ )?/, '')];
  return [...content.matchAll(/'([^'\\]*(?:\\.[^'\\]*)*)'|`([^`]*)`|"([^"]*)"/g)]
    .map(([, ...texts]) => texts.join(''))
    .filter((text) => / /.test(text));
}

/**
 * @returns {{ line: number, sentence: string, instead: string }[]} each habit in a file
 */
export function habits(path, text) {
  return sentences(path, text).flatMap(({ line, sentence }) =>
    HABITS.filter(({ pattern }) => pattern.test(sentence)).map(({ instead }) => ({
      line,
      sentence,
      instead,
    })),
  );
}
