import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hereDocument } from '../../../test-support/here-document.ts';
import { imageReference } from '../names.ts';
import { missing, Refusal } from '../refusal.ts';
import { rewriteDockerfile } from './dockerfile.ts';

const ID = `sha256:${'b'.repeat(64)}`;
const stage = (index: number): string => `opslab-stage-${index}.`;
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
    const { text, steps, stages } = rewrite(
      '# a comment\nARG V=1\nfrom lab:$V AS One\nRUN a && \\\n  # inside\n\n  b\nFROM lab\nCOPY --chown=1:2 --from=one /x /y\n',
    );
    expect(text).toBe(
      `ARG V=1\nFROM ${ID} AS ${stage(0)}\nLABEL "a"="b"\nRUN a &&   b\nFROM ${ID} AS ${stage(1)}\nLABEL "a"="b"\nCOPY --chown=1:2 --from=${stage(0)} /x /y\n`,
    );
    expect([...stages]).toEqual([
      ['one', stage(0)],
      ['0', stage(0)],
      ['1', stage(1)],
    ]);
    expect(steps).toEqual(['ARG V=1', 'FROM lab:$V AS One', null, 'RUN a &&   b', 'FROM lab', null, 'COPY --chown=1:2 --from=one /x /y']);
  });

  it('BLD-032: gives each stage a name that no image can have, wherever a stage is named', () => {
    const froms = (source: string): string[] => rewrite(source).text.match(/^(?:FROM|COPY) .*/gm) ?? [];
    expect(
      froms('FROM lab AS Registry\nFROM registry AS b\nFROM scratch\nCOPY --from=0 / /x\nCOPY --from=B / /y\nCOPY --from=lab / /z'),
    ).toEqual([
      `FROM ${ID} AS ${stage(0)}`,
      `FROM ${stage(0)} AS ${stage(1)}`,
      `FROM scratch AS ${stage(2)}`,
      `COPY --from=${stage(0)} / /x`,
      `COPY --from=${stage(1)} / /y`,
      `COPY --from=${ID} / /z`,
    ]);
    // Twice the same name: the later one counts from where it is.
    expect(froms('FROM lab AS a\nFROM scratch AS a\nFROM lab\nCOPY --from=a / /x').at(-1)).toBe(`COPY --from=${stage(1)} / /x`);
    // What is no stage yet is an image, and so is one of our own names.
    for (const from of ['1', 'later', stage(0), 'other'])
      expect(() => rewrite(`FROM lab AS a\nFROM lab\nCOPY --from=${from} / /x\nFROM lab AS later`)).toThrow(`No such image: ${from}`);
    expect(() => imageReference(stage(0))).toThrow('invalid reference');
  });

  it.each([
    'RUN cat <<\\USER\\ 0',
    'RUN cat <<EOF',
    'RUN cat << EOF',
    'RUN cat << "EOF"',
    'RUN cat <<-EOF',
    'RUN cat <<- EOF',
    'RUN cat 3<<EOF',
    'RUN cat 3\\<<EOF',
    'RUN cat "3"<<EOF',
    'RUN cat "<<EOF"',
    'RUN cat <\\\n<EOF',
    'RUN cat <<\'E\'"O"F',
    'RUN cat <<"a b"',
    'RUN cat <<1',
    'RUN cat <<$EOF',
    'RUN cat <<é',
    'RUN cat\u00a0<<é',
    'RUN cat\u3000<<é',
    'RUN cat <<_',
    'RUN cat <<.',
    'RUN cat <<(',
    'RUN cat \\<<x(',
    'RUN cat $X<<.',
    ...['}<<.', ':-<<.}', ':- <<. }', ':+(}<<.'].map((rest) => `RUN cat $${'{'}X${rest}`),
    'RUN cat <""<.',
    'RUN cat <$X<.',
    'RUN cat <<<.',
    'RUN cat <<<<.',
    'RUN 1<<2',
    'RUN echo $((1 <<2))',
    'RUN <<.',
    'RUN ["cat", "<<."]',
    'RUN echo x && (cat <<.) && true',
    'COPY <<. /x',
    'COPY a <<\\. /x',
    'COPY --chown=1:2 <<. /x',
    'ADD <<. /x',
    'ADD a 0<<. /x',
    'ONBUILD RUN cat <<\\.',
    'ONBUILD COPY <<. /x',
    'onbuild add <<. /x',
  ])('BLD-033: refuses %j, of which a builder could take a word for a here-document', (line) => {
    expect(() => rewrite(`FROM lab\n${line}\nFROM lab AS registry\n`)).toThrow('here-documents');
  });

  it.each([
    'RUN echo $((1 << 2))',
    'RUN echo $((1<<2))',
    'RUN echo $(((1+1)<<n))',
    "RUN python3 -c 'print(1<<2)'",
    'RUN echo a < b',
    'RUN echo "<$X></$X>"',
    'RUN cat <<',
    'CMD cat <<x',
    'ENV A=<<x',
  ])('keeps %j, which none takes for one', (line) => {
    expect(hereDocument(line)).toBe(false);
    expect(rewrite(`FROM lab\n${line}`).text).toContain(`${line}\n`);
  });

  it('BLD-033: lets through nothing that the parser of newer engines takes for one', () => {
    const piece = fc.constantFrom(
      '<<',
      '<',
      '-',
      '1',
      'a',
      ' ',
      '\t',
      '\u00a0',
      '"',
      "'",
      '\\',
      '$',
      '$X',
      '${X',
      '${X:-',
      '${X:+',
      '}',
      '(',
      ')',
      '.',
    );
    const start = fc.constantFrom('RUN ', 'COPY ', 'ADD ', 'ONBUILD RUN ', 'ONBUILD COPY ');
    let kept = 0;
    fc.assert(
      fc.property(start, fc.array(piece, { maxLength: 10 }), (name, pieces) => {
        let text: string;
        try {
          ({ text } = rewrite(`FROM lab\n${name}a ${pieces.join('')} <`));
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return;
        }
        if (text.includes('<<')) kept += 1;
        expect(text.split('\n').filter(hereDocument)).toEqual([]);
      }),
      { numRuns: 20_000 },
    );
    // A rule that refuses all would pass, too.
    expect(kept).toBeGreaterThan(20);
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
