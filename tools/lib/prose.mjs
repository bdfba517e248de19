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
  const read = path.endsWith('.md') ? piecesOfPage : path.endsWith('.json') ? piecesOfSchema : piecesOfCode;
  return joined(read(text.split('\n'))).flatMap(({ line, text: piece }) =>
    piece.split(/(?<=[.!?])\s+(?=[A-Z`"])/).map((sentence) => ({ line, sentence: sentence.trim() })),
  );
}

/** Puts a text that goes on in the next line behind its beginning. */
function joined(pieces) {
  const whole = [];
  for (const piece of pieces) {
    if (piece.goesOn) whole.at(-1).text += ` ${piece.text}`;
    else whole.push({ ...piece });
  }
  return whole;
}

function piecesOfPage(lines) {
  const found = [];
  let [inCode, inParagraph] = [false, false];
  lines.forEach((content, index) => {
    const line = index + 1;
    if (content.startsWith('```')) inCode = !inCode;
    const isText = !inCode && content.trim() !== '' && !/^(#|```|\|)/.test(content);
    if (!inCode && content.startsWith('|'))
      found.push(...content.split('|').map((text) => ({ line, text: text.trim() })));
    if (!isText) return void (inParagraph = false);
    const begins = /^\s*(?:[-*>]|\d+\.)\s+/.exec(content);
    found.push({ line, text: content.slice(begins?.[0].length ?? 0).trim(), goesOn: inParagraph && !begins });
    inParagraph = true;
  });
  return found;
}

function piecesOfSchema(lines) {
  return lines.flatMap((content, index) =>
    [...content.matchAll(/"(?:description|message)": "(.*)"/g)].map(([, text]) => ({
      line: index + 1,
      text,
    })),
  );
}

const TAG = /^@\w+ (?:\w+ )?/;

function piecesOfCode(lines) {
  const found = [];
  let inComment = false;
  lines.forEach((content, index) => {
    const line = index + 1;
    const own = /^\s*(\/\*\*?|\*|\/\/|#)\s?(.*?)\s*(?:\*\/)?$/.exec(content);
    const comment = own?.[2] ?? /\s\/\/ (.*)$/.exec(content)?.[1];
    if (comment === undefined) {
      const texts = [...content.matchAll(/'([^'\\]*(?:\\.[^'\\]*)*)'|`([^`]*)`|"([^"]*)"/g)].map(
        ([, ...all]) => all.join(''),
      );
      found.push(...texts.filter((text) => / /.test(text)).map((text) => ({ line, text })));
      inComment = false;
      return;
    }
    const begins = TAG.test(comment) || own?.[1]?.startsWith('/*') || comment.startsWith('- ');
    if (comment !== '') found.push({ line, text: comment.replace(TAG, ''), goesOn: inComment && !begins });
    inComment = own !== null && comment !== '';
  });
  return found;
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
