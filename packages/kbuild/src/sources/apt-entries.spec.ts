import { formatEntries, parseDeb822Entries, parseOneLineEntries, readEntries } from './apt-entries.js';

const uri = 'http://deb.example/debian';

describe('parseOneLineEntries', () => {
  it.each<[string, string, object[]]>([
    [
      'plain',
      `deb ${uri} bookworm main contrib`,
      [{ URIs: uri, Suites: 'bookworm', Components: 'main contrib' }],
    ],
    ['deb-src', `deb-src ${uri} bookworm main`, [{ URIs: uri, Suites: 'bookworm', Components: 'main' }]],
    [
      'tabs and spaces',
      ` deb\t${uri}   bookworm\tmain `,
      [{ URIs: uri, Suites: 'bookworm', Components: 'main' }],
    ],
    ['comments', `# deb ${uri} bookworm main\n\n   # more\n`, []],
    [
      'comment at the end',
      `deb ${uri} bookworm main # contrib`,
      [{ URIs: uri, Suites: 'bookworm', Components: 'main' }],
    ],
    [
      'options',
      `deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/a#b.gpg ] ${uri} bookworm main`,
      [
        {
          URIs: uri,
          Suites: 'bookworm',
          Components: 'main',
          Architectures: 'amd64 arm64',
          'Signed-By': '/usr/share/keyrings/a#b.gpg',
        },
      ],
    ],
    [
      'arch-=',
      `deb [arch-=i386] ${uri} sid main`,
      [{ URIs: uri, Suites: 'sid', Components: 'main', 'Architectures-Remove': 'i386' }],
    ],
    [
      'no space after options',
      `deb [trusted=yes]file:/srv ./`,
      [{ URIs: 'file:/srv', Suites: './', Trusted: 'yes' }],
    ],
    [
      'what is fetched is ours to say',
      `deb [lang=de target=Contents-deb] ${uri} sid main`,
      [{ URIs: uri, Suites: 'sid', Components: 'main' }],
    ],
    ['CRLF', `deb ${uri} sid main\r\n`, [{ URIs: uri, Suites: 'sid', Components: 'main' }]],
  ])('%s', (_, text, entries) => expect(parseOneLineEntries(text, 'f.list')).toEqual(entries));

  it('names file and line of what it does not understand', () => {
    expect(() => parseOneLineEntries(`# x\nrpm ${uri} sid main`, 'f.list')).toThrow(
      /f\.list:2: not an apt entry: rpm/,
    );
  });
});

describe('parseDeb822Entries', () => {
  it.each<[string, string, object[]]>([
    [
      'plain',
      `Types: deb\nURIs: ${uri}\nSuites: a b\nComponents: main\n`,
      [{ URIs: uri, Suites: 'a b', Components: 'main' }],
    ],
    ['disabled', `Enabled: no\nTypes: deb\nURIs: ${uri}\nSuites: a\nComponents: main`, []],
    ['enabled', `Enabled: yes\nTypes: deb\nURIs: ${uri}\nSuites: a`, [{ URIs: uri, Suites: 'a' }]],
    [
      'two stanzas',
      `URIs: ${uri}\nSuites: a\n \n\nURIs: ${uri}\nSuites: b`,
      [
        { URIs: uri, Suites: 'a' },
        { URIs: uri, Suites: 'b' },
      ],
    ],
    [
      'case of names',
      `uris: ${uri}\nSUITES: a\nsigned-by: /k.gpg`,
      [{ URIs: uri, Suites: 'a', 'Signed-By': '/k.gpg' }],
    ],
    ['comment within a field', `URIs: ${uri}\nSuites: a\n# b\n c\n`, [{ URIs: uri, Suites: 'a\n c' }]],
    [
      'a key in the entry',
      `URIs: ${uri}\nSuites: a\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDM=\n -----END PGP PUBLIC KEY BLOCK-----\nTargets: x`,
      [
        {
          URIs: uri,
          Suites: 'a',
          'Signed-By':
            '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDM=\n -----END PGP PUBLIC KEY BLOCK-----',
        },
      ],
    ],
    ['only comments', '# nothing\n', []],
    ['CRLF', `URIs: ${uri}\r\nSuites: a\r\n`, [{ URIs: uri, Suites: 'a' }]],
  ])('%s', (_, text, entries) => expect(parseDeb822Entries(text)).toEqual(entries));
});

it('writes one stanza with both types for a deb and a deb-src entry, and no CD', () => {
  const list = `deb ${uri} sid main\ndeb-src ${uri} sid main\ndeb cdrom:[Debian]/ sid main\n`.replace(
    '[Debian]',
    'Debian',
  );
  const deb822 = `Types: deb\nURIs: ${uri}\nSuites: sid\nComponents: main\n`;
  expect(
    formatEntries(
      readEntries([
        { name: 'a.list', text: list },
        { name: 'b.sources', text: deb822 },
      ]),
    ),
  ).toBe(
    `Types: deb deb-src\nURIs: ${uri}\nSuites: sid\nComponents: main\nLanguages: none\nTargets: Packages Sources\n`,
  );
});
