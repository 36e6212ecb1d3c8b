import { describe, expect, it } from 'vitest';
import { missing } from '../refusal.ts';
import { rewriteDockerfile } from './dockerfile.ts';

const ID = `sha256:${'b'.repeat(64)}`;
const rewrite = (source: string, args: Record<string, string> = {}) =>
  rewriteDockerfile(source, {
    args,
    label: '"a"="b"',
    instructions: 100,
    image: (reference) => {
      if (reference !== 'lab' && reference !== 'lab:1') throw missing('image', reference);
      return { id: ID };
    },
  });

describe('a Dockerfile behind the gate', () => {
  it('is written anew: one instruction a line, images by id, a label after each FROM', () => {
    const { text, steps } = rewrite(
      '# a comment\nARG V=1\nfrom lab:$V AS One\nRUN a && \\\n  # inside\n\n  b\nFROM lab\nCOPY --chown=1:2 --from=one /x /y\n',
    );
    expect(text).toBe(
      `ARG V=1\nFROM ${ID} AS one\nLABEL "a"="b"\nRUN a &&   b\nFROM ${ID}\nLABEL "a"="b"\nCOPY --chown=1:2 --from=one /x /y\n`,
    );
    expect(steps).toEqual(['ARG V=1', 'FROM lab:$V AS One', null, 'RUN a &&   b', 'FROM lab', null, 'COPY --chown=1:2 --from=one /x /y']);
  });

  it('takes build arguments for the FROM line', () => {
    expect(() => rewrite('ARG V=1\nFROM lab:$V', { V: '2' })).toThrow('No such image: lab:2');
  });

  it('BLD-033: an instruction that hides in a continuation is an instruction of that line', () => {
    expect(rewrite('FROM lab\nRUN x\\\nFROM other').text).toContain('RUN xFROM other');
    expect(() => rewrite('FROM lab\nRUN echo \\\\\n\n')).toThrow('backslash');
    expect(() => rewrite('FROM lab\nFR\\\nOM other')).toThrow('No such image: other');
  });

  it.each([
    ['RUN \u00a0--security=insecure id', 'not allowed'],
    ['RUN --network=host id', 'not allowed'],
    ['COPY --link a /b', 'not allowed'],
    ['ADD --checksum=x a /b', 'not allowed'],
    ['ADD ["http://x/y", "/z"]', 'fetched'],
    ['ADD $URL /z', 'use COPY'],
    ['ADD x.tar.xz /z', 'archives'],
    ['ONBUILD ADD http://x /y', 'fetched'],
    ['ONBUILD ONBUILD RUN x', 'trigger'],
    ['RUN <<EOF\nx\nEOF', 'here-documents'],
    ['INVENTED x', 'unknown instruction'],
    ['HEALTHCHECK --interval=1ms CMD true', 'whole seconds'],
    ['LABEL "io.ops-lab.session"=x', 'reserved'],
    ['RUN a\u0085--x', 'control characters'],
    ['WORKDIR /proc/self/fd/8', 'below /proc'],
    ['WORKDIR proc/self', 'below /proc'],
    ['WORKDIR /a/../proc', '..'],
    ['WORKDIR $HERE', 'ENV lines'],
    ['WORKDIR /p\\roc', 'without quotes'],
    ['ENV A=/proc/self/fd\nWORKDIR $A/8', 'below /proc'],
    ['ENV A=/app\nENV "A"=/proc\nWORKDIR $A', 'ENV lines'],
    ['ENV A=/app\nENV A=$B\nWORKDIR $A', 'ENV lines'],
    ['ENV A=/app\nFROM lab\nWORKDIR $A', 'ENV lines'],
    ['ARG A=/app\nWORKDIR $A', 'ENV lines'],
    ['ENV A=/app\nONBUILD WORKDIR $A', 'ENV lines'],
    ['ENV A /sys\nVOLUME $A', 'nothing is mounted over'],
    ['ONBUILD WORKDIR /sys', 'below /proc'],
    ['VOLUME /proc/x', 'nothing is mounted over'],
    ['VOLUME ["/data", "/sys/fs/cgroup"]', 'nothing is mounted over'],
    ['VOLUME /', 'nothing is mounted over'],
    ['VOLUME data', 'not an absolute path'],
    ['LABEL a="b', 'quote'],
    ['LABEL a b', 'key=value'],
  ])('refuses %s', (line, why) => {
    expect(() => rewrite(`FROM lab\n${line}`)).toThrow(why);
  });

  it('writes variables of ENV out where a path has to be known', () => {
    expect(rewrite('FROM lab\nENV APP=/app V="2"\nWORKDIR $APP/x\nVOLUME /data/$V').text).toMatch(/WORKDIR \/app\/x\nVOLUME \/data\/2\n$/);
  });

  it('BLD-017: puts its own labels behind those of the learner in one instruction, so that they count', () => {
    expect(rewrite('FROM lab\nLABEL "$A.session"=other').text).toContain('LABEL "$A.session"=other "a"="b"\n');
    expect(rewrite('FROM lab\nLABEL io.ops\'-lab.session\'=x a="b c"').text).toContain('a="b c" "a"="b"\n');
    expect(rewrite('FROM lab\nONBUILD LABEL x=y').text).toContain('ONBUILD LABEL x=y "a"="b"\n');
  });

  it('refuses directives at the top, and a start without FROM', () => {
    expect(() => rewrite('# syntax=docker/dockerfile:1\nFROM lab')).toThrow('syntax');
    expect(() => rewrite('#escape=`\nFROM lab')).toThrow('escape');
    expect(() => rewrite('RUN x')).toThrow('FROM');
  });
});
