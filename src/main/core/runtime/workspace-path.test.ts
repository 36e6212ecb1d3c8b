import { describe, expect, it } from 'vitest';
import { workspacePath } from './workspace-path.ts';

describe('a path in the workspace', () => {
  it('is relative, without empty parts', () => {
    expect(workspacePath('src//./server.mjs')).toBe('src/server.mjs');
    expect(workspacePath('-rf')).toBe('-rf');
    expect(workspacePath('', 'directory')).toBe('');
  });

  it.each(['', '.', '/etc/passwd', '../x', 'a/../../x', 'a\\b', 'a\0b', 'a\nb', 'x'.repeat(600)])('is refused when it is %j', (path) => {
    expect(() => workspacePath(path)).toThrow(expect.objectContaining({ code: 'not-allowed' }));
  });
});
