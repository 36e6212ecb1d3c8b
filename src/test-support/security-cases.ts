/** The cases about the engine that the security specification numbers, and who shows each of them. Those of the gate say so by their id. */

const CHAPTERS: Readonly<Record<string, string>> = {
  RUN: '001 002 007 008 010 012 013 014 015 017 018 021 022 023 024 027 029 030 031 032 033 034 035 036 037 039 040 041 043 044 045 046 048 049 050 051 052 054 055 059 060 061 062 063 064 065 066 068 070 072 074 075 077 079 082 084 086 088 089 090 091 092 094 097 099 100 102 103 104',
  VOL: '002 003 004 005 006 007 008 010 012 014 015 017 019 020 021 022 023 024 026 027 029 030 031 033 035 037 038 040 043 044 045',
  NET: '002 004 005 006 007 009 010 011 012 014 015 016 017 018 019 020 021 022 023 024 025 028 029 030 031 033 034 035 037 038 040 041 045 048 049 056 057 058 059 060',
  EXE: '004 005 007 008 010 011 014 016 017 018 020 021 022 023 025 026 027 028 029 031 032 033 035 036 037 039 042 043 046 047 049 050 053 054 055 056 058 060 061 062 063 064 065 066',
  IMG: '001 002 003 004 006 007 008 009 010 011 012 014 017 018 019 022 028 029 030 031 032 033 034',
  BLD: '001 002 003 004 006 007 009 010 011 013 014 015 016 017 019 020 022 024 025 026 027 029 032 033 034 035 039 040 042 045 047 048 049 050 051 053 054 055 058',
  OWN: '001 003 005 006 007 008 009 010 011 012 014 015 017 019 020 021 023 024 027 030 031 033 034',
  SWM: '003 004 005 008 009 010 011 012 013 014 015 018 020 022 023',
  HTP: '001 004 005 007 010 011 012 014 015 016 017 019 020 021 022 025 027 030 031 032 033 034 035 036 037 038 039 040 044 045 046 047 048 049 052 056 058 059 060 061 063 064 065 066 067 068',
  DOS: '001 002 004 006 008 009 010 012 013 015 017 018 019 020 022 023 025 026 028 030',
  LEK: '001 002 003 004 006 007 008 012 013 015 016 018 019 020',
  HRD: '001 004 005 006 008 009 012 014 015 016 017',
};

export const SECURITY_CASES: readonly string[] = Object.entries(CHAPTERS).flatMap(([chapter, numbers]) =>
  numbers.split(' ').map((number) => `${chapter}-${number}`),
);

const AUTHORISE = 'src/main/api/authorise.test.ts';
const RUNTIME = 'src/main/core/runtime/docker/docker-runtime.docker.test.ts';
const SECURITY = 'docs/security.md';

/** Not the gate's: the file that shows it, or that says why it is as it is. */
export const ELSEWHERE: Readonly<Record<string, { readonly file: string; readonly how: string }>> = {
  'OWN-030': { file: AUTHORISE, how: 'who may open a terminal is asked for each of them' },
  'OWN-031': { file: AUTHORISE, how: 'sessions of others look like none; ids have 128 bits' },
  'OWN-034': { file: 'docs/lab-authoring.md', how: 'probes look at services by name; each lab proves its wrong fixes' },
  'DOS-022': { file: SECURITY, how: 'shared with the machine' },
  'DOS-023': { file: SECURITY, how: 'keys are refused by seccomp (HRD-006); the rest is shared with the machine' },
  'DOS-025': { file: SECURITY, how: 'a session outlives the page on purpose' },
  'DOS-026': { file: RUNTIME, how: 'sessions are adopted, or swept' },
  'DOS-030': { file: 'src/main/web/socket-host.core.test.ts', how: 'messages have a size' },
  'LEK-008': { file: SECURITY, how: 'accepted' },
  'LEK-012': { file: SECURITY, how: 'images hold programs of the distribution; solutions and hints stay in the core' },
  'LEK-013': { file: RUNTIME, how: 'the observer brings its own programs' },
  'LEK-015': { file: SECURITY, how: 'no verdict depends on output of a terminal' },
  'LEK-016': { file: SECURITY, how: 'probes have deadlines and read a bounded amount' },
  'LEK-018': { file: 'docs/lab-authoring.md', how: 'probes ask again and again over a hold window' },
  'LEK-019': { file: 'docs/lab-authoring.md', how: 'verdicts hold over a window' },
  'LEK-020': { file: RUNTIME, how: 'names of volumes are never used again' },
};
