import { describe, expect, it } from 'vitest';
import { mirrorLines, parseList, parseSources } from './apt-sources.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

describe('the mirror of this system', () => {
  it('is read from deb822 files', () => {
    const entries = parseSources(`Types: deb deb-src
# a remark inside
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
 trixie-backports
Components: main contrib
Signed-By: ${KEYRING}

Types: deb
URIs: https://mirror.example/debian-security/
Suites: trixie-security
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Enabled: no
`);
    expect(mirrorLines(entries, 'trixie')).toEqual([
      `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm main`,
      `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm-updates main`,
      `deb [signed-by=${KEYRING}] https://mirror.example/debian-security/ bookworm-security main`,
    ]);
  });

  it('is read from one-line files', () => {
    const entries = parseList(`
# deb http://old.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # remark
deb [arch=amd64 signed-by=/nowhere/debian-archive-x.gpg] http://mirror.example/debian-security bookworm-security main
deb-src http://mirror.example/debian bookworm main
`);
    expect(mirrorLines(entries, 'bookworm')).toEqual([
      `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm main`,
      `deb [signed-by=${KEYRING}] http://mirror.example/debian-security bookworm-security main`,
    ]);
  });

  it('leaves out other software, other releases, and what is not fetched over http', () => {
    const entries = [
      ...parseList(`deb https://packages.example/node nodistro main
deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example/debian bookworm main
deb https://vendor.example/linux/debian bookworm stable
deb http://mirror.example/debian bookworm-backports main
deb http://mirror.example/debian sid main
deb cdrom:[Debian]/ bookworm main
deb file:/srv/debian bookworm main`),
    ];
    expect(mirrorLines(entries, 'bookworm')).toEqual([]);
  });
});
