import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { loadLab } from '../labs/load-lab.ts';
import { RecordingSchema } from '../labs/manifest.ts';
import { difference, plainOutput, writeRecording } from './record.ts';

const recording = (output: string) =>
  RecordingSchema.parse({
    title: 'T',
    runtime: 'shell',
    command: 'ps',
    volatile: [
      { pattern: '^ *\\d+', as: 'PID' },
      { pattern: '\\d+ ms', as: 'N ms' },
    ],
    output,
  });

describe('a recording', () => {
  it('is the same when only its volatile parts differ', () => {
    expect(difference(recording('  12 node 5 ms\n'), ' 4711 node 1024 ms\n')).toBeNull();
  });

  it('is another one for any other difference, which is shown', () => {
    expect(difference(recording('1 node\n2 sh\n'), '7 node\n8 bash\n9 ps\n')).toBe('  PID node\n- PID sh\n+ PID bash\n+ PID ps');
  });

  it('differs while nothing is recorded', () => {
    expect(difference(recording(''), '1 node\n')).toBe('- \n+ PID node');
  });

  it('is plain text', () => {
    expect(plainOutput('\u001b[1;31mred\u001b[0m  \r\n\u001b]0;title\u0007x\n\n')).toBe('red\nx\n');
  });
});

describe('writing a recording', () => {
  let lab: LabOnDisk;
  beforeEach(async () => {
    lab = await labOnDisk();
  });
  afterEach(() => lab.remove());

  it('changes the output alone, keeps comments, and can be read again', async () => {
    await lab.replace('recordings/log-line.yaml', 'wait: 2\n', '# Two seconds of load.\nwait: 2\n');
    const { lab: loaded } = await loadLab(lab.folder);
    if (loaded === null) throw new Error('the lab is broken');
    const before = await lab.read('recordings/log-line.yaml');
    await writeRecording(loaded, 'log-line', 'a: "b"\n  # c\n\n---\n');
    const after = await lab.read('recordings/log-line.yaml');
    expect(after.slice(0, after.indexOf('output:'))).toBe(before.slice(0, before.indexOf('output:')));
    expect((await loadLab(lab.folder)).lab?.recordings.get('log-line')?.output).toBe('a: "b"\n  # c\n\n---\n');
  });
});
